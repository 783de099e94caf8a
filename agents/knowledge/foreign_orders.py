"""What an order to a language model looks like in languages other than English: patterns that ignore case. Data."""

_WORDS = r"\W+(?:\w+\W+){0,5}?"
"""What may stand between a verb and what it is about."""

FOREIGN_ORDERS = (
    # To drop one's instructions: German, French, Spanish, Italian, Portuguese, Dutch, Polish, Swedish and its kin.
    r"\b(?:ignorier\w*|vergiss|vergesst|vergessen sie|missachte\w*|übergeh\w*|verwirf)"
    + _WORDS
    + r"(?:anweisung|instruktion|regel|vorgabe|befehl|anleitung|systemprompt)",
    r"\b(?:ignore[rsz]?|oublie[rsz]?|négligez?|neglige[rz]?|ne tiens pas compte|ne tenez pas compte)"
    r"\W+(?:\w+\W+){0,3}?(?:les|tes|vos|ces|mes|des)\W+(?:\w+\W+){0,2}?(?:instruction|consigne|r[èe]gle|directive)s?\b",
    r"\b(?:ignor[ae]|olvid[ae]|omit[ae]|desestim[ae]|descart[ae]|caso omiso)\w*"
    + _WORDS
    + r"(?:instrucci|reglas|indicaciones|directrices|[óo]rdenes)",
    r"\b(?:ignora|dimentica|trascura|scorda)\w*" + _WORDS + r"(?:istruzion|regole|indicazion|direttive)",
    r"\b(?:ignor[ea]|esque[çc]a|desconsider[ea])\w*" + _WORDS + r"(?:instru[çc][õo]es|regras|diretrizes"
    r"|orienta[çc][õo]es)",
    r"\b(?:negeer|vergeet)\w*" + _WORDS + r"(?:instructie|opdracht|regels|aanwijzing)",
    r"\b(?:z?ignoruj|zapomnij|pomiń)\w*" + _WORDS + r"(?:instrukcj|polece[nń]|zasad|wytyczn)",
    r"\b(?:ignorer|glöm|glem)\w*" + _WORDS + r"(?:instruktion|instruks|regler|anvisning)",
    # The same where words follow another order or have no spaces.
    r"(?:игнорируй|забудь|пренебреги|не обращай\w* внимания|ігноруй)\w*" + _WORDS + r"(?:инструкц|указани|правил|"
    r"команд|вказівк|інструкц)",
    r"(?:忽略|无视|無視|忽視|忘记|忘記|不要理会).{0,12}(?:指令|指示|提示|规则|規則|说明|說明)",
    r"(?:指示|命令|ルール|プロンプト|規則).{0,10}(?:無視|忘れ|従わな)",
    r"(?:지시|명령|규칙|프롬프트).{0,10}(?:무시|잊)",
    r"(?:talimat|komut|kural)\w*\s+(?:\w+\s+){0,2}?(?:yok say|görmezden|unut)",
    r"(?:تجاهل|انس).{0,24}(?:تعليمات|أوامر|قواعد)",
    r"(?:निर्देश|आदेश|नियम).{0,24}(?:अनदेखा|भूल|नज़रअंदाज़|नजरअंदाज)",
    # To say dictated words.
    r"\b(?:antworte|antworten sie|schreibe?|sage?|gib)\b[^.\n]{0,40}?\b(?:nur|ausschließlich|immer"
    r"|stets)\b[^.\n]{0,30}?"
    r"(?:\bmit\b|[\"'„“‚‘:])",
    r"\b(?:antworte|antworten sie)\s+(?:nur|ausschließlich|immer|stets)\b",
    r"\br[ée]pond\w*\s+(?:uniquement|seulement|toujours|par le mot)\b|\bn['’]écris que\b",
    r"\bresponde\w*\s+(?:s[óo]lo|únicamente|siempre|solamente|apenas|somente|sempre|con la palabra|com a palavra)\b",
    r"\brispond\w*\s+(?:solo|soltanto|sempre|unicamente|con la parola)\b|\bantwoord\s+(?:alleen|altijd|enkel"
    r"|uitsluitend)\b",
    r"\bотвечай\w*\s+(?:только|всегда|одним словом)|(?:только|仅|只).{0,6}(?:回答|回复|说|輸出|输出)"
    r"|とだけ(?:答え|言|返)|(?:只|仅)(?:说|回答|回复|输出)",
    # To reveal the prompt, or spoken to a model.
    r"\b(?:system-?prompt|systemanweisung\w*|systemnachricht)\b[^.\n]{0,30}\b(?:aus|preis|wieder|zeig)",
    r"\b(?:an|für) (?:die|das|den|alle) (?:ki\b|ki-\w+|sprachmodell\w*|chatbots?\b)|\b(?:liebe|hallo|achtung),? ki\b",
    r"\b(?:affiche|révèle|montre|imprime|muestra|revela|imprime|mostra|rivela)\w*\W+(?:\w+\W+){0,3}?"
    r"(?:prompt|invite) (?:d[ue] |del? )?(?:syst[èe]me|sistema)",
)
