"""What a customer's sentence looks like that dictates how to answer: patterns that ignore case. Data.

A document may say "reply STOP" or "begin every letter with a greeting"; a question to a support desk asks. What a
sentence of this kind says is neither looked up nor repeated.
"""

_SAY = (
    r"(?:say|write|print|output|repeat|echo|type|mention|shout|display|reply|respond|answer|state|emit|return"
    r"|confirm)"
)
_ANSWER = r"(?:answers?|repl(?:y|ies)|responses?|outputs?|messages?|sentences?)"
_OPENS = (
    r"(?:^|[.!?:;,>)\n–—-]\s*|\b(?:and|then|please|also|just|now|but|you(?: must| should| will| to)?|simply"
    r"|only|always)\s+)"
)
_WORD = (
    r"(?:[\"'`“‘«]|(?-i:[A-Z][A-Z0-9_-]{3,})\b|the (?:single |exact |secret )?(?:words?|phrase|text|string"
    r"|sentence)\b)"
)
_TOLD = (
    r"(?:rules|instructions?|prompts?|guidelines|sources?|documents?|docs|context|everything|(?:the )?above|"
    r"restrictions|filters)"
)

DEMANDS = (
    _OPENS + r"(?:also[:,]?\s+)?(?:put|add|insert|include|append|use|show|shout)\s+(?-i:[A-Z]{4,})\b",
    r"\bsign(?:ed)? off (?:as|with)\b|\b(?:respond|reply|answer|speak|talk|write) (?:as (?:if|though)|like (?:an? "
    r"|my ))",
    r"\b(?:grandma|grandmother|granny|grandpa|grandfather)\b[^.?\n]{0,60}\b(?:used to|would)\b",
    # To say dictated words.
    _OPENS + _SAY + r"\s+(?:\w+\s+){0,2}?(?:with |as |back )?" + _WORD,
    r"\b" + _SAY + r"\s+(?-i:[A-Z][A-Z0-9_-]{3,})\s+(?:otherwise|or else|else|if not)\b",
    r"\b(?:begin|start|end|finish|conclude|close|preface|prefix|sign)\w*\s+(?:off )?(?:(?:your|the|each|every|all|this|"
    r"any)\s+" + _ANSWER + r"|with\s+(?:[\"'`“‘]|(?-i:[A-Z]{4,})))",
    r"\b(?:end|ending|begin|beginning|start|starting)\w* (?:in|with|by saying)\s+(?-i:[A-Z]{4,})",
    r"\b(?:in|into|to|at the (?:end|start|beginning|top) of|of) (?:your|every|each|any|all (?:your|the)) (?:next )?"
    + _ANSWER,
    r"\b(?:must|should|has to|shall) be (?:included|mentioned|stated|contained|repeated) in (?:the|your|every|each)\b",
    r"\b(?:include|insert|put|add|append|use|render|show|attach|embed)\b[^.?\n]{0,60}\b(?:in|to|into|of) (?:the |a )?"
    r"(?:answer|reply|response|output)\b",
    r"\banswer with (?:this|the following|an? )",
    r"\bfrom now on\b|\bcall me (?-i:[A-Z])|\bonly (?:speak|talk|answer|reply|respond|write)\b|\byou only (?:speak"
    r"|say)\b",
    r"\bnothing (?:else|but|more)\b|\bword[- ]for[- ]word\b|\bverbatim\b|\brepeat after me\b",
    # To play another part.
    r"\bpretend\b|\brole-?play\w*|\blet['’]?s play\b|\bimagine (?:that )?you\b|\bact (?:as|like)\b|\bspeak (?:as"
    r"|like) an?\b",
    r"\byou(?:['’]re| are) (?:now|no longer|dan\b|my (?:grand\w+|late|dead)|free (?:of|from)|in \w+ mode)\b",
    r"\b(?:enter|enable|activate|switch (?:to|into)|go into) (?:\w+ )?(?:debug|developer|admin|god|dan|jailbreak|"
    r"maintenance) mode\b",
    r"\b(?:i am|i['’]m|this is|as) (?:your|the) (?:administrator|admin|developer|creator|operator|boss|owner of this"
    r" bot)\b",
    r"\bi (?:order|command|instruct|authori[sz]e) you\b|\byou (?:must|have to) obey\b|\bcorrect yourself\b",
    # To drop what was told, or to reveal it.
    r"\b(?:ignor\w*|forget|disregard\w*|skip|bypass|override|drop)\s+(?:\w+\s+){0,3}?" + _TOLD + r"\b",
    r"\b(?:your|the) (?:hidden|secret|initial|original|internal|system|first|exact) (?:rules|prompt|instructions?|"
    r"message|guidelines|configuration)\b|\bretrieved (?:sources|documents|chunks|context)\b",
    r"\bwhat (?:were|are) you told\b|\bnew conversation\b|\bsystem\s*:",
    # To decode, to translate, to call a tool.
    r"\b(?:decode|decrypt|unscramble|rot-?13|base-?64)\b[^.?\n]{0,30}\b(?:follow|obey|do|execute|say|it|this)\b",
    r"\b(?:follow|obey|execute|run) (?:this|these|the following|what)\b|\bspell\b[^.?\n]{0,30}\bbackwards?\b",
    r"(?:^|[.!?]\s*)(?:translate|complete|continue|finish) (?:the (?:sentence|following|phrase)|this|[\"'“‘])",
    r"\bcall (?:the |your )?(?:tool|function|api)\b|</?(?:tool_?call|function_?calls?|invoke|tool)\b",
    # Forged turns and sources.
    r"(?:^|\n)\s*(?:assistant|system|ai|bot)\s*:|^\s*\[\d+\]\s+\w|\b(?:source|document) (?:\[?\d+\]?) (?:says|states|"
    r"proves|claims)\b|\b(?:using|per|see|cite|from) (?:it as |source )?\[\d+\]",
    # In other languages, briefly.
    r"\b(?:sage?|schreibe?|antworte)\s+(?:\w+\s+)?(?:[\"'„“‚‘]|(?-i:[A-ZÄÖÜ]{4,}))|\boublie\w*\s+(?:tes|vos|les"
    r"|toutes)\b",
    r"\b(?:dis|dites|écris|écrivez|réponds|di|escribe|responde|scrivi|rispondi|diga|escreva)\s+(?:\w+\s+)?"
    r"(?:[\"'«“‘]|(?-i:[A-Z]{4,}))",
    r"(?:と(?:言って|答えて|書いて|返して))|(?:说|回答|输出|写)\s*[\"“「A-Z]|(?:скажи|напиши|ответь)\s+(?:\w+\s+)?(?:[\"«“]|"
    r"(?-i:[A-ZА-Я]{4,}))",
)
