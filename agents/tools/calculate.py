"""Works out arithmetic: numbers, operators and a few functions, nothing that could run, loop or grow without bound."""

import ast
import math
import operator
from collections.abc import Callable
from typing import Annotated, Any

from pydantic import Field

from agents.tools.tool import Arguments, Tool, ToolFailed, Workplace

BITS = 256
"""Of a whole number; a larger one is refused before it is computed."""

DEPTH = 40
LARGEST_SHIFT = 1000

Number = int | float


class Calculate(Arguments):
    """What to work out."""

    expression: Annotated[
        str, Field(min_length=1, max_length=200, description="Such as (199 - 0.2 * 199) * 12 or round(100 / 3, 2).")
    ]


def power(base: Number, exponent: Number) -> Number:
    """Raises ToolFailed for what would be too large to write down."""
    if abs(exponent) > LARGEST_SHIFT:
        raise ToolFailed("The exponent is too large.")
    if isinstance(base, int) and isinstance(exponent, int) and abs(base) > 1 and math.log2(abs(base)) * exponent > BITS:
        raise ToolFailed("The result is too large.")
    result = base**exponent
    if isinstance(result, complex):
        raise ToolFailed("The result is not a real number.")
    return result


def rounded(value: Number, digits: Number = 0) -> Number:
    """As `round`, with at most 12 digits."""
    if not isinstance(digits, int) or abs(digits) > 12:
        raise ToolFailed("round takes 0 to 12 digits.")
    return round(value, digits) if digits else round(value)


BINARY: dict[type[ast.operator], Callable[[Any, Any], Number]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: power,
}
UNARY: dict[type[ast.unaryop], Callable[[Any], Number]] = {ast.UAdd: operator.pos, ast.USub: operator.neg}
FUNCTIONS: dict[str, Callable[..., Number]] = {
    "abs": abs,
    "ceil": math.ceil,
    "floor": math.floor,
    "max": max,
    "min": min,
    "round": rounded,
    "sqrt": math.sqrt,
    "sum": lambda *values: sum(values),
}


def evaluate(expression: str) -> Number:
    """The value of an arithmetic expression. Raises ToolFailed, saying why it has none."""
    try:
        tree = ast.parse(expression.strip(), mode="eval")
        value = _value(tree.body, 0)
    except ToolFailed:
        raise
    except ZeroDivisionError:
        raise ToolFailed("Division by zero.") from None
    except (SyntaxError, ValueError, TypeError, OverflowError, RecursionError, MemoryError):
        raise ToolFailed(
            f"That cannot be worked out: write numbers, + - * / // % **, brackets, and {', '.join(FUNCTIONS)}."
        ) from None
    if isinstance(value, float) and not math.isfinite(value):
        raise ToolFailed("The result is not a finite number.")
    return value


def _value(node: ast.expr, depth: int) -> Number:
    if depth > DEPTH:
        raise ToolFailed("The expression is nested too deeply.")
    match node:
        case ast.Constant(value=bool()):
            raise ToolFailed("Only numbers can be calculated with.")
        case ast.Constant(value=int() | float() as value):
            return _bounded(value)
        case ast.UnaryOp(op=op, operand=operand) if type(op) in UNARY:
            return UNARY[type(op)](_value(operand, depth + 1))
        case ast.BinOp(op=op, left=left, right=right) if type(op) in BINARY:
            return _bounded(BINARY[type(op)](_value(left, depth + 1), _value(right, depth + 1)))
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in FUNCTIONS:
            return _bounded(FUNCTIONS[name](*[_value(arg, depth + 1) for arg in args]))
    raise ToolFailed(f"Only numbers, + - * / // % **, brackets, and {', '.join(FUNCTIONS)} are known.")


def _bounded(value: Number) -> Number:
    if isinstance(value, int) and value.bit_length() > BITS:
        raise ToolFailed("The number is too large.")
    return value


async def run(given: Calculate, workplace: Workplace) -> dict[str, Any]:
    """The result as a number. Raises ToolFailed."""
    value = evaluate(given.expression)
    # What JSON readers would round is told in full as text.
    return {"result": value} if not isinstance(value, int) or abs(value) < 2**53 else {"result": str(value)}


TOOL = Tool(
    name="calculate",
    description="Work out an arithmetic expression exactly.",
    arguments=Calculate,
    run=run,
)
