"""What an order looks like that speaks to or of a language model: patterns that ignore case. Data."""

MODEL = (
    r"(?:(?:ai|virtual|digital) )?(?:assistants?|agents?|models?|bots?|chatbots?|llms?|ais?|gpt\S*|claude|gemini|"
    r"language models?|summari[sz]ers?|ai (?:systems?|reading|processing|answering)[\w ]{0,20})"
)
_SURE_MODEL = (
    r"(?:(?:ai|virtual|large language|language) (?:assistants?|agents?|models?|bots?|systems?)|chatbots?|llms?|ais?\b|"
    r"chatgpt|gpt-?\d\S*|assistant|summari[sz]er)"
)
_SAY = r"(?:answer|reply|respond|say|state|write|output|print|claim|repeat|recommend|echo)"

ADDRESSED = (
    r"\b(?:if|when|since|as|because) you(?:'re| are) (?:an? |the )?(?:\w+ )?" + _SURE_MODEL + r"\b",
    r"\b(?:attention|note|notice|message|instructions?|dear|hey|hello|memo|reminder|important|order)\b[^.\n\w]{0,4}"
    r"(?:to|for)?\s*(?:all |any |the |every |this )?" + _SURE_MODEL + r"\b\s*(?:[:,!.—–-]|who|that|which|reading|must|"
    r"should)",
    r"\b(?:the|any|all|every|this|an?|each) "
    + _SURE_MODEL
    + r"\b[^.\n]{0,40}?\b(?:must|shall|has to|have to|should|is "
    r"(?:instructed|required|ordered|commanded|to)|are (?:instructed|required|ordered|to))\s+(?:\w+ ){0,3}?"
    r"(?:" + _SAY[3:-1] + r"|ignore|tell|send|include|append|reveal|add|end|begin|insert|render|obey|use|not)\b",
    r"(?:^|[.!?:\n]\s*)"
    + _SURE_MODEL
    + r"\s*[:,]\s*(?:you|please|ignore|do|now|always|never|when|whenever|if|in|for|from|as|this|these|the following"
    r"|your|"
    r"tell|" + _SAY[3:-1] + r")\b",
    r"\b(?:note|message|notice|memo|instructions?|reminder|directive|request|order)s?\b(?: from [\w ,]{1,50}?)? "
    r"(?:to|for) "
    r"(?:the |all |any |our |your |every )?" + _SURE_MODEL + r"\b(?! (?:manager|store|settings?|app|api))",
    r"\b(?:addressed to|meant for|intended for|directed (?:at|to)|aimed at|binding (?:for|on)|written for|for the "
    r"(?:eyes|"
    r"attention) of) (?:the |all |any |every |an? )?" + _SURE_MODEL + r"\b",
    r"\b(?:dear|hello|hey|attention|attn|psst|fellow)[,:]? " + _SURE_MODEL + r"\b",
    r"\b"
    + MODEL
    + r" (?:that (?:is |are )?|which (?:is |are )?|who )?(?:read(?:s|ing)?|process(?:es|ing)?|quot(?:es|ing|e)|"
    r"summari[sz](?:es|ing|e)|pars(?:es|ing|e)|index(?:es|ing)?|us(?:es|ing|e)|see(?:s|ing)?|ingest(?:s|ing)?|scan"
    r"(?:s|ning)?"
    r"|cit(?:es|ing|e)) this\b",
    r"\b(?:the|any|all|every|each|an?|this|our) "
    + MODEL
    + r"\b[^.\n]{0,60}?\b(?:must|shall|has to|have to|should|is to|are to|needs to|will) (?:always |then |only |also"
    r" |never |"
    r"please )?(?:say|claim|mention|recommend|output|print|insert|append|add the|include|reply with\b|answer with"
    r"|respond "
    r"with\b|tell (?:the |every |each |all )?(?:user|customer|reader))",
    r"\b" + MODEL + r"\b[^.\n]{0,40}?\b(?:must|shall|has to|have to|should) say so\b",
    r"\bas an? " + _SURE_MODEL + r"\b[, ]\s*(?:you|your|please|do|never|always)\b",
    r"\b(?:hi|greetings|hallo)[,!]? (?:\w+ )?" + _SURE_MODEL + r"\b",
    r"\b" + _SURE_MODEL + r"[- ]only\b(?! (?:plan|feature|add-?on))",
    r"\bfor (?:the |all |any )?(?:bots?|"
    + _SURE_MODEL
    + r"),? (?:and )?not (?:for )?(?:people|humans|readers|persons)\b",
    r"\bstop being an? (?:\w+ ){0,2}?" + MODEL + r"\b",
    r"\b" + _SURE_MODEL + r"\s*[-–—]+\s*(?:stop|ignore|please|you|do|now|" + _SAY[3:-1] + r")\b",
)
