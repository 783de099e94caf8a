"""What an order to a language model looks like: patterns that ignore case, by what it wants. Data."""

_MODEL = (
    r"(?:(?:ai|virtual|digital) )?(?:assistants?|agents?|models?|bots?|chatbots?|llms?|ais?|gpt\S*|claude|gemini|"
    r"language models?|ai (?:systems?|reading|processing|answering)[\w ]{0,20})"
)
_SURE_MODEL = (
    r"(?:(?:ai|virtual|large language|language) (?:assistants?|agents?|models?|bots?|systems?)|chatbots?|llms?|ais?|"
    r"chatgpt|gpt-?\d\S*|assistant)"
)
_INSTRUCTIONS = (
    r"(?:instructions?|prompts?|rules|guidelines|directives?|directions|orders|programming|training|guardrails|"
    r"restrictions|safeguards|constraints|system message|context|persona)"
)
_SAY = r"(?:answer|reply|respond|say|state|write|output|print|claim|repeat|recommend|echo)"
_CARGO = (
    r"(?:conversation|chat (?:history|log)|history|transcript|(?:user|customer|client)(?:'s|s'|s)? (?:\w+ )?"
    r"(?:question|message|data|name|e-?mail|address|input|details|query|password|token|key|text)|"
    r"(?:api|secret|access) keys?|system prompt|session id|credentials|(?:this|the) (?:question|query|prompt))"
)
ORDERS = (
    # Drop what you were told.
    r"\b(?:ignor\w*|disregard\w*|forget|overrid\w*|bypass\w*|discard|drop|skip|cancel|neglect|"
    r"do(?: not|n't) (?:obey|"
    r"follow)|stop (?:obeying|following))\s+(?:\w+\s+){0,3}?(?:your|previous|prior|above|earlier|"
    r"preceding|existing|"
    r"system|original|initial|former|all|these|those|any)\s+(?:\w+\s+){0,3}?" + _INSTRUCTIONS + r"\b"
    r"(?!\s+(?:in|from|on) (?:an?|the|such) (?:e-?mail|message|letter|caller|text message|sms|phone))",
    r"\b(?:ignore|disregard|forget|override)\s+(?:everything|anything|all|whatever)\s+(?:that |which |"
    r"you |was |were |"
    r"we |i |has |have |been |before|above|prior|said|told|else|so far)",
    r"\b(?:new|updated|real|actual|revised|secret|hidden|true)\s+(?:system\s+)?(?:instructions?|"
    r"directives?|prompt|task"
    r"|orders)\s*(?:for (?:the |this )?" + _MODEL + r"\s*)?(?::|follow\b|are\b|is to\b)",
    r"\b(?:your|the) (?:previous|prior|earlier|original|former) (?:instructions|rules|prompt|guidelines) "
    r"(?:no longer|do not|are|is|were)\b",
    # Play another part.
    r"\byou are (?:now|no longer|hereby|from now on)\b(?! (?:ready|able|signed|logged|in\b|connected|"
    r"registered|done|"
    r"a member|using|on\b|at\b|eligible|set|finished|subscribed|leaving))",
    r"\bfrom now on,? (?:you|answer|reply|respond|act|behave|only|always|every)\b",
    r"\b(?:act|behave|respond|answer|speak) as (?:if you (?:are|were) |though you (?:are|were) )?(?:an? |the )?"
    r"(?:unrestricted|unfiltered|evil|jailbroken|different|system|administrator|root|developer|dan\b|"
    r"pirate|hacker)",
    r"\b(?:pretend|roleplay|role-play) (?:to be|that you|you are|as)\b",
    r"\b(?:developer|debug|god|admin|maintenance|jailbreak|dan|unrestricted|"
    r"sudo) mode\b[^.\n]{0,40}\b(?:enabled|on|"
    r"activat\w*|enter|unlocked|is active)\b|\b(?:enter|enable|activate|switch to|you are in)\s+(?:\w+\s+)?"
    r"(?:developer|god|jailbreak|dan|unrestricted|sudo|debug) mode\b[^.\n]{0,40}\b(?:you|answer|rules|"
    r"reveal|ignor)",
    r"\byou are (?:now |hereby )?in (?:\w+ )?(?:developer|god|jailbreak|dan|unrestricted|sudo) mode\b",
    # Spoken to a model.
    r"\b(?:if|when|since|as|because) you(?:'re| are) (?:an? |the )?(?:\w+ )?" + _SURE_MODEL + r"\b",
    r"\b(?:attention|note|notice|message|instructions?|dear|hey|hello|memo|reminder|important|order)\b[^.\n\w]{0,4}"
    r"(?:to|for)?\s*(?:all |any |the |every |this )?" + _SURE_MODEL + r"\b\s*(?:[:,!.—–-]|who|that|which|reading|must|"
    r"should)",
    r"\b(?:the|any|all|every|this|an?|each) "
    + _SURE_MODEL
    + r"\b[^.\n]{0,40}?\b(?:must|shall|has to|have to|should|is "
    r"(?:instructed|required|ordered|commanded|to)|are (?:instructed|required|ordered|to))\s+(?:\w+ ){0,3}?"
    r"(?:" + _SAY[3:-1] + r"|ignore|tell|send|include|append|reveal|add|end|begin|insert|render|obey|use|not)\b",
    r"(?:^|[.!?:\n]\s*)" + _SURE_MODEL + r"\s*[:,]\s*(?:you|please|ignore|do|now|always|never|" + _SAY[3:-1] + r")\b",
    # Say dictated words.
    r"\b"
    + _SAY
    + r"\s+(?:back\s+)?(?:only|just|exactly|nothing (?:but|else|except)|solely|verbatim)\s*(?:with|the|this|"
    r"using|in|as|:|[\"'“‘])",
    r"\b(?:only|always|just|simply|instead)\s*,?\s*" + _SAY + r"\s+(?:with|exactly|the (?:words?|phrase|text|following"
    r"|sentence)|(?:the )?(?:following )?(?:words?|text)|[\"'“‘])",
    r"\b(?:reply|respond|answer)\s+with\s+(?:only|exactly|just|nothing|the (?:words?|phrase|exact|"
    r"single|text|string)|"
    r"[\"'“‘])",
    r"\b(?:when|if|whenever|once)\s+(?:you(?:'re| are) |a (?:user|customer) )?(?:asked|asks|questioned|prompted|"
    r"queried)\b[^.\n]{0,80}?[, ](?:always |you must |only |simply )?(?:" + _SAY[3:-1] + r"|tell|insist|direct)\b",
    r"\b(?:start|begin|end|finish|precede|prefix|sign|close|conclude)\w* (?:every|each|all|your|any) (?:\w+ )?"
    r"(?:answers?|repl(?:y|ies)|responses?|messages?|outputs?|sentences?) (?:with|by)\b",
    r"\b(?:tell|inform|convince|persuade|assure) (?:the |every |each |all )?(?:user|customer|reader|visitor|person "
    r"asking)s?\s+(?:that|to|their|they|the|it)\b",
    r"\b(?:do not|don't|never|without)\s+(?:mention\w*|reveal\w*|tell\w*|disclos\w*|inform\w*|say\w*|"
    r"cit\w*)\b[^.\n]{0,40}"
    r"\b(?:this (?:note|message|instruction|text|to the)|these instructions|to the (?:user|customer)|the (?:user|"
    r"customer)s?\b|other sources?)",
    r"\b(?:include|insert|add|put|place|cite|attach|append|output|display|render|show|emit|"
    r"embed)\s+(?:\w+ ){0,4}?(?:in|to|"
    r"into|at the (?:end|start|beginning|top) of|with)\s+(?:your|every|each|all|"
    r"any)\s+(?:\w+ )?(?:answers?|repl(?:y|ies)"
    r"|responses?|outputs?)\b",
    r"\bin your (?:next |final )?(?:answer|reply|response|output)\b",
    r"\b(?:cite|quote|attribute)\b[^.\n]{0,60}\b(?:as|under|to|with)\s+(?:source\s+)?\[\d+\]",
    r"\byou (?:must|shall|will) (?:only |always )?" + _SAY + r"\b[^.\n]{0,60}\b(?:whatever|no matter|to (?:every|each|"
    r"all|any) question)",
    # Reveal what you were told.
    r"\b(?:reveal|print|repeat|output|show|leak|disclose|display|dump|recite|quote|share|translate|"
    r"summari[sz]e|give|"
    r"tell|spell|write|copy|list|say|echo|what (?:is|are|was|were))\b[^.\n]{0,30}?\b(?:your|the|its|"
    r"these|my)\s+(?:\w+\s+)"
    r"{0,2}?(?:system\s+(?:prompt|message|instructions?)|hidden (?:prompt|instructions?)|(?:initial|"
    r"original|secret|"
    r"internal) (?:prompt|instructions?|rules)|prompt\b)",
    r"\b(?:reveal|print|repeat|output|leak|disclose|dump|recite|spell out)\s+(?:\w+ )?(?:your|all|the) (?:\w+ )?"
    r"(?:instructions|rules|guidelines)\b",
    r"\b(?:repeat|print|output|copy)\b[^.\n]{0,20}\b(?:everything|all|the (?:text|"
    r"words?))\b[^.\n]{0,20}\b(?:above|before|"
    r"so far|preceding)\b",
    # Carry data out.
    r"\b(?:send|post|forward|upload|transmit|exfiltrate|append|attach|encode|insert|leak|e-?mail|"
    r"include|embed|put|submit|"
    r"add|report|copy|deliver)\b[^.\n]{0,60}?\b" + _CARGO + r"\b[^\n]{0,80}?(?:https?:|//|\burl\b|\blink\b|\bimage\b|"
    r"\bquery|@|\bparameter\b|\bwebhook\b|\baddress\b)",
    r"\]\(\s*<?(?:https?:)?//[^)\s]*[?&/#=](?:[^)\s]*=)?(?:\{|%7b|\$\{|<|\[|%s\b|\$\w|__\w|"
    r"(?:data|secret|conversation|question|history|prompt|user_?\w*)\b\s*\))",
    r"<(?:img|iframe|script|a|link|form|object|embed|meta|svg)\b[^>]{0,400}?(?:\{\{?|\$\{|%7b|"
    r"on\w+\s*=|javascript:)",
    r"\b(?:render|display|load|fetch|open|visit|show|output|call|request|"
    r"browse to)\b[^.\n]{0,40}?(?:\bthis (?:image|link|"
    r"url|markdown)\b|!\[)[^\n]{0,80}?(?:https?:|//|!\[)",
    r"!\[[^\]]*\]\(\s*<?(?:https?:)?//[^)\s]+\?",
    r"\bdocument\.cookie\b|<img\b[^>]{0,200}\bonerror\s*=",
    # Forged frames.
    r"<\|[\w ]{2,30}\|>|\[/?INST\]|<</?SYS>>|</?\s*(?:system|assistant|instructions?|source|question|"
    r"user|developer|"
    r"im_start|im_end)\b[^>\n]{0,80}>|\bim_(?:start|end)\b",
    r"(?:^|\n)\s*(?:#{1,6}\s*|\[|\()?(?:system|developer|assistant)\s*(?:message|prompt|override|"
    r"instructions?|notice|"
    r"update|note|command|alert)?\s*(?:\]|\))?\s*:\s*(?:\S+\s+){0,12}?(?:you|your|ignore|must|"
    r"disregard|answer|reply|"
    r"respond|say|tell|always|never|output|reveal|forget|new|the user|all)\b",
    r"(?:^|\n)\s*(?:#{1,6}\s*|\[|\()?(?:system|developer|assistant)\s+(?:message|prompt|override|"
    r"instructions?|command)\s*"
    r"(?:\]|\)|:)",
    r"\bsystem (?:override|prompt injection)\b|\b(?:end|begin|"
    r"start) of (?:the )?(?:system )?(?:prompt|instructions|"
    r"documents?|sources?|context)\b[^\n]{0,10}(?:-|=|\.|:|\n|$)",
    r"\"role\"\s*:\s*\"(?:system|assistant|developer)\"",
    # The same in other languages.
    r"\bignorier\w*\s+(?:\w+\s+){0,3}(?:anweisung|instruktion|regel|vorgabe|befehl)\w*",
    r"\b(?:vergiss|vergessen sie|missachte)\s+(?:\w+\s+){0,4}(?:anweisung|instruktion|regel|vorgabe)\w*",
    r"\b(?:ignore[rsz]?|oublie[rz]?)\s+(?:\w+\s+){0,3}(?:instructions?|consignes|règles)\b(?:\s+\w+){0,1}"
    r"\s*(?:pr[ée]c[ée]dentes|ant[ée]rieures)",
    r"\b(?:ignor[ae]|olvid[ae])\w*\s+(?:\w+\s+){0,3}(?:instrucciones|istruzioni|reglas|instruções)",
    r"\b(?:antworte|antworten sie)\s+(?:nur|ausschließlich|immer)\b|\br[ée]ponds?\s+(?:uniquement|seulement)\b"
    r"|\bresponde\s+(?:solo|sólo|únicamente)\b",
    r"忽略.{0,8}(?:指令|指示|提示)|игнориру\w*\s+(?:\w+\s+){0,3}(?:инструкци|указани)\w*",
)
