"""What an order to a language model looks like: patterns that ignore case, by what it wants. Data."""

from agents.knowledge.addressed import MODEL

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
    r"\b(?:ignore|disregard|forget|override)\s+(?:everything|anything|all|whatever|what)\s+(?:\w+\s+){0,3}?(?:above|"
    r"before|prior|earlier|previously|so far|until now|up to now)\b(?! you\b)",
    r"\b(?:ignore|disregard|forget|override)\s+(?:what(?:ever)?\s+)?(?:the\s+)?(?:user|customer|reader|person asking)"
    r"(?:['’]?s?)?\s+(?:\w+\s+)?(?:wants?|asks?|asked|says?|question|request|query|input|message)\b",
    r"\b(?:instructions?|rules|guidelines|prompts?|directives?|orders)\b[^.\n]{0,60}?\b(?:is|are|were|was|become|no"
    r" longer)\s+"
    r"(?:now\s+|hereby\s+|all\s+)?(?:void|outdated|obsolete|null|superseded|revoked|cancel+ed|lifted|suspended|"
    r"replaced)\b[^\n]{0,120}?\b(?:you|ai|model|assistant|chatbot|say|answer|reply|respond|mention|binding|quote)\b",
    r"\b(?:supersedes?|overrides?|replaces?|takes? precedence over)\s+(?:all |any |every |your |the )+(?:\w+ )?"
    r"(?:instructions?|prompts?|directives?|guidelines)\b",
    r"\b(?:ignore|disregard|forget|override)\s+(?:everything|anything|all|whatever)\s+(?:that |which |"
    r"you |was |were |"
    r"we |i |has |have |been |before|above|prior|said|told|else|so far)",
    r"\b(?:new|updated|real|actual|revised|secret|hidden|true)\s+(?:system\s+)?(?:instructions?|"
    r"directives?|prompt|task"
    r"|orders)\s*(?:for (?:the |this )?" + MODEL + r"\s*)?(?::|follow\b|are\b|is to\b)",
    r"\b(?:your|the) (?:previous|prior|earlier|original|former) (?:instructions|rules|prompt|guidelines) "
    r"(?:no longer|do not|are|is|were)\b(?! (?:apply|valid)\b)|\byour (?:previous|prior|earlier|original|former) "
    r"(?:instructions|rules|prompt|guidelines) (?:no longer|do not) apply\b|\bunder the new (?:guidelines|rules"
    r"|instructions)\b"
    r"[^.\n]{0,80}\b(?:answered|answer|reply|say)\b",
    # Play another part.
    r"\byou are (?:now|no longer|hereby|from now on)\b(?! (?:ready|able|signed|logged|in\b|connected|"
    r"registered|done|"
    r"(?:an? |the )?(?:\w+ )?(?:members?|owner|admin|administrator|guest|user|customer|manager|editor|viewer"
    r"|subscriber)\b|"
    r"using|on\b|at\b|eligible|set|finished|subscribed|leaving|able|part of|free to|asked|taken|back))",
    r"\bfrom now on,? (?:you|answer|reply|respond|act|behave|only|always|every)\b",
    r"\b(?:act|behave|respond|answer|speak) as (?:if you (?:are|were) |though you (?:are|were) )?(?:an? |the )?"
    r"(?:unrestricted|unfiltered|uncensored|evil|jailbroken|different|dan\b|pirate|hacker)",
    r"\b(?:respond|answer|speak) as (?:an? |the )?(?:system|administrator|root|developer)\b",
    r"\b(?:pretend|roleplay|role-play) (?:to be|that you|you are|as)\b(?! (?:an? |the )?(?:new )?(?:member|customer|"
    r"user|guest|visitor))",
    r"\b(?:you|who|which|that) (?:has|have|had) no (?:\w+ )?(?:restrictions|rules|filters?|limitations|guidelines|"
    r"guardrails|censorship)\b|\bdo anything now\b|\blet['’]?s play a game\b|"
    r"\b(?:without|free (?:of|from)) (?:any |all )?(?:restrictions|filters|guidelines|guardrails"
    r"|censorship)\b[^.\n]{0,40}"
    r"\b(?:answer|reply|respond|speak|act)|\byou(?:'re| are) (?:an? )?(?:unrestricted|unfiltered|uncensored|dan\b)",
    r"\b(?:developer|debug|god|admin|maintenance|jailbreak|dan|unrestricted|sudo) mode\b[^.\n]{0,40}\b(?:enabled|on|"
    r"activat\w*|enter|unlocked|is active)\b",
    r"\b(?:enter|enable|activate|switch to|you are in)\s+(?:\w+\s+)?(?:developer|god|jailbreak|dan|unrestricted|sudo|"
    r"debug) mode\b[^.\n]{0,40}\b(?:you|answer|rules|reveal|ignor)",
    r"\byou are (?:now |hereby )?in (?:\w+ )?(?:developer|god|jailbreak|dan|unrestricted|sudo) mode\b",
    # Spoken to a model that is not named.
    r"\b(?:automated|automatic) (?:support|answering|answer|response|reply|reading|processing) (?:pipeline|system"
    r"|agent|bot|tool|"
    r"software)s?\b[^.\n]{0,20}:",
    r"\b(?:you are|you're|as) (?:an? |the )?(?:\w+ )?(?:large )?language model\b[^.\n]{0,40}\b(?:you (?:must|have to"
    r"|should|"
    r"shall|will)|then)\b",
    r"\b(?:authori[sz]e|order|command|instruct|compel) you to (?:\w+ )?(?:reveal|disclose|ignore|bypass|print|output"
    r"|leak|"
    r"say|answer|reply|respond|write|give|show|tell|mention)\b",
    # Rules for all answers, or for those about something.
    r"\b(?:answers?|repl(?:y|ies)|responses?) to (?:every|each|any|all)\b[^.\n]{0,60}?\b(?:must|shall|should"
    r"|has to|"
    r"have to|begins?|starts?|ends?) (?:with|by|in)\b|\b(?:correct|right|only|expected|approved|official|proper"
    r"|true) (?:answer"
    r"|reply|response) "
    r"(?:to|for|on|about) (?:every|each|any|all|such|questions?)\b",
    r"\bquestions? (?:about|on|regarding|concerning|of|for)\b[^.\n]{0,60}?\b(?:must|shall|should|is to|are to|has to"
    r"|have to) (?:always "
    r"|only )?be answered\b(?: (?:with|by|as|only)|:)|\bquestion is to be answered with\b",
    r"\bquestions?\s*[:,-]\s*(?:always |only |please )?" + _SAY + r" (?:with|that|only|[\"'“‘])",
    r"\b(?:every|each|any|all) (?:answers?|repl(?:y|ies)|responses?|outputs?) (?:about|on|regarding|concerning|to"
    r"|for|of|that)\b"
    r"[^.\n]{0,60}?\b(?:begins?|starts?|ends?|contains?|mentions?|includes?|must|shall|has to|have to|should|is to"
    r"|are to)\b",
    r"\banswers? (?:must|have to|shall|should|will|are to) (?:always )?(?:mention|contain|include|carry|begin|start"
    r"|end|recommend)\b|"
    r"\banswers (?:contain|include|carry|mention) the (?:word|phrase|code|sentence)\b",
    r"\b(?:replace|append|add|put|prepend|attach|insert|substitute|preface|swap)\b[^.\n]{0,60}?\b(?:every|each|any"
    r"|all|your|the) "
    r"(?:final |next )?(?:answers?|repl(?:y|ies)|responses?|outputs?)\b",
    r"\bwhen(?:ever)?\b[^.\n]{0,60}?\b(?:comes? up|is (?:asked about|mentioned|discussed|raised)|are (?:asked about"
    r"|mentioned)|"
    r"people ask|users? asks?|someone (?:asks|wants to know)|customers ask)\b[^.\n]{0,30}[,;]?\s*(?:then |always "
    r"|please |you )*\b(?:" + _SAY[3:-1] + r"|mention|insist|recommend)\b(?! to\b)",
    r"(?:^|[.!?:;,\n]\s*|\b(?:and|then|please|to|do) )(?:"
    + _SAY[3:-1]
    + r"|mention|append|put|recommend|introduce yourself|do what it says)\b[^.\n]{0,60}?\b(?:whenever|every time"
    r"|each time|no matter "
    r"what|when(?:ever)? (?:the |an? )?[^.\n]{1,40}?(?:comes? up|is (?:asked|mentioned|raised)|are asked|asked"
    r" about))\b",
    # Say dictated words.
    r"\b(?:say|write|print|output|answer|reply|respond|return|mention|speak)\b[^.\n]{0,80}?\b(?:and|with|but)"
    r" nothing (?:else|more|but)\b|"
    r"\b(?:output|say|print|return|write|reply with|answer with|respond with) nothing (?:but|except|other)\b|"
    r"\brepeat after me\b|\bthe only thing (?:that )?you (?:say|write|output|answer|reply)\b",
    r"\b(?:do not|don't|never)\s+(?:use|cite|quote|trust|rely on|consult|mention|read)\s+(?:the |any )?(?:other"
    r"|remaining|numbered|"
    r"previous|rest of the) (?:sources?|documents?|passages|context)\b|\b(?:do not|don't|never) cite\s*(?:[.!;]|any"
    r"|the|your|"
    r"sources?|other)",
    r"\bcall (?:the )?(?:function|tool|api|method) \S+ (?:for|on|with|at|when\w*|after|before) (?:each|every|any|all"
    r"|the user)\b",
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
    r"queried)\b[^.\n]{0,80}?(?:,\s*|\bthen |\b(?:always|you must|you should|you|only|simply|please|just) )+(?:"
    + _SAY[3:-1]
    + r"|tell|insist|direct|mention|put|add|include)\b",
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
    r"internal) (?:prompt|instructions?|rules))",
    r"\b(?:reveal|print|repeat|output|leak|disclose|display|dump|recite|quote|translate|show me|tell me)\b[^.\n]{0,30}?"
    r"\b(?:your|its|this) (?:\w+ )?prompts?\b",
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
    r"<\|[\w ]{2,30}\|>|\[/?INST\]|<</?SYS>>|</?\s*(?:system|assistant|instructions?|question|developer|"
    r"override|im_start|im_end|tool_?(?:call|use|result)|function_?(?:call|result)s?|invoke|prompt|admin_?\w*)"
    r"(?:[_-]\w+)?\b[^>\n]{0,80}>|<\s*source\b(?!\s+(?:src|srcset|media|type)\b)[^>\n]{0,80}>|</\s*source\s*>|"
    r"</\s*user\s*>|\bim_(?:start|end)\b",
    r"(?:^|\n)\s*\W{0,3}(?:user|human|customer|question)\s*:[^\n]{0,300}\n+\s*\W{0,3}(?:assistant|ai|bot|chatbot"
    r"|model|gpt)\s*:",
    r"(?:^|\n)\s*(?:#{1,6}\s*|\[|\()?(?:system|developer|assistant)\s*(?:message|prompt|override|"
    r"instructions?|notice|"
    r"update|note|command|alert)?\s*(?:\]|\))?\s*:\s*(?:\S+\s+){0,12}?(?:you|your|ignore|must|"
    r"disregard|answer|reply|"
    r"respond|say|tell|always|never|output|reveal|forget|new|the user|all)\b",
    r"(?-i:\bSYSTEM|\bADMIN|\[System)\s*\]?\s*:?\s*(?:\w+\s+){0,3}?(?:always|never|ignore|say|answer|reply|respond|you|"
    r"your|the (?:assistant|model|user|ai)|new|all|output|recommend|tell)\b",
    r"(?:^|\n)\s*(?:#{1,6}\s*|\[|\()?(?:system|developer|assistant)\s+(?:message|prompt|override|"
    r"instructions?|command)\s*"
    r"(?:\]|\)|:)",
    r"\b(?:system|admin\w*|assistant|prompt|model|instructions?|developer|operator|root|safety)[ _-]?overrides?\b",
    r"\boutput[_-](?:prefix|suffix|override)\b|\bsystem prompt injection\b",
    r"\b(?:begin|start|end)(?: of)? (?:the )?(?:admin\w*|system|developer|operator|root|new|secret|hidden|malicious) "
    r"(?:override|instructions?|prompt|commands?|directives?|message)\b",
    r"\b(?:end|begin|start) of (?:the )?(?:system )?(?:prompt|instructions|documents?|sources?|context)\b[^\n]{0,10}"
    r"(?:-|=|\.|:|\n|$)",
    r"\"role\"\s*:\s*\"(?:system|assistant|developer)\"",
    # What software that answers is to do.
    r"\b(?:automated (?:systems?|tools?|readers?)|answer(?:ing)? engines?|search engines?|software that (?:answers"
    r"|reads))\b"
    r"[^.\n]{0,80}?\b(?:must|has to|have to|should|shall|needs? to|(?:is|are) (?:obliged|required|expected|asked)"
    r" to)\s+(?:\w+\s+)?"
    r"(?:say|claim|mention|recommend|output|print|insert|append|include|add|render|state|praise)\b",
    r"\b(?:humans?|people|human readers) (?:can|may|should|need not) (?:skip|ignore|read) this (?:line|note"
    r"|paragraph|section|part|text)\b",
    r"\bwho(?:ever|soever) (?:answers|replies|summari[sz]es|quotes)\b[^.\n]{0,60}?\b(?:writes?|says?|adds?|mentions?"
    r"|tells?|must|has "
    r"to|should)\b",
    r"\b(?:tell|inform|assure) (?:whoever|everyone who|anyone who|anybody who|all who|those who|people who) (?:asks?"
    r"|wants?)\b",
    r"\b(?:all|every|each|any) (?:answers?|repl(?:y|ies)|responses?|summar(?:y|ies)) (?:that|which|drawn|based|from"
    r"|using|made|"
    r"generated)\b[^.\n]{0,60}?\b(?:this|the) (?:document|page|text|source|passage|file|article)\b",
    r"\b(?:respond|reply|answer) (?:to )?(?:all|every|any|each) (?:\w+ )?(?:quer(?:y|ies)|questions?|prompts?"
    r"|requests?|messages?) "
    r"(?:as (?:an?|if)\b|with\b(?! (?:care|respect|patience|a reference|your))|by saying|as if|without (?:\w+ )?"
    r"(?:filter\w*"
    r"|refus\w*|restrict\w*|"
    r"moderation|censor\w*))",
    r"\buse the following (?:answer|reply|response|wording) (?:for|to|when|whenever)\b[^.\n]{0,40}\b(?:questions?"
    r"|asked|quer\w+)\b",
    r"\b(?:before|after|when|while) (?:answering|replying|responding|summari[sz]ing)\b[^.\n]{0,30}?,? (?:please "
    r"|always |first |also )*(?:"
    r"visit|open|fetch|load|append|add|say|write|insert|include|send|mention|output)\b",
    # To be another, or to drop the task or what keeps it safe.
    r"\byour new (?:persona|identity|objective|mission|task|goal|purpose|instructions?) (?:is|are)\b",
    r"\byou (?:no longer|do not|don't) work for\b|\b(?:become|be) (?:an? )?(?:unrestricted|unfiltered|uncensored"
    r"|evil|jailbroken)\b",
    r"\b(?:overrid|ignor|bypass|disabl|disregard|violat)\w*\s+(?:\w+\s+){0,2}?(?:ethic\w*|safety|moderation"
    r"|content)\s+(?:guidelines|"
    r"filters?|polic(?:y|ies)|protocols?|rules|restrictions|guardrails)\b[^.\n]{0,60}\b(?:and|then|to) (?:\w+ )?"
    r"(?:provide|respond|"
    r"answer|generate|reply|output|say|write|give|act|speak)\b",
    r"\b(?:ethical|safety|moderation) (?:filters?|restrictions|guidelines|protocols?|rules|guardrails) (?:are|is"
    r"|were|have been) (?:now |"
    r"hereby )?(?:disabled|off|suspended|lifted|removed|deprecated)\b",
    r"\b(?:disregard|abandon|forget|ignore|drop|stop|cancel) (?:the |this |your )(?:\w+ )?(?:summari[sz]ation"
    r"|translation|analysis|"
    r"sentiment \w+|question answering|previous task|current task|original task)\b|\b(?:do not|don't) summari[sz]e"
    r" this\b",
    r"\b(?:output|reveal|dump|display|print|show) your (?:full|entire|whole|complete|exact|hidden|current|internal) "
    r"(?:\w+ )?"
    r"(?:configuration|instructions?|rules|guidelines|settings|knowledge|context|memory)\b",
    r"\b(?:override|jailbreak|new instructions|system update) (?:was|is|has been|have been|were) (?:applied|accepted"
    r"|received|active)\b|"
    r"\bconfirm (?:that )?you (?:have )?(?:received|accepted?|understood|understand) (?:the|these|this|your) (?:new "
    r"|system )?(?:update|"
    r"instructions?|override|rules|role)\b",
    r"\"(?:instructions?|system_?prompt|prompt|directive|command)\"\s*:\s*\"[^\"\n]{0,200}?\b(?:answer|respond|reply"
    r"|say|ignore|always|"
    r"you)\b",
    r"\b(?:user|customer|person) (?:has been|is) (?:verified|authenticated|authori[sz]ed|confirmed) as an? "
    r"(?:admin\w*|owner|developer|"
    r"employee|engineer)\b[^\n]{0,60}?(?:\bfull access\b|[;,] (?:share|grant|reveal|comply|give|show))",
    # To mislead.
    r"\b(?:conceal|hide|withhold)\b[^.\n]{0,30}?\b(?:true|real|actual|truth)\b[^.\n]{0,40}?\bfrom (?:the |all )?"
    r"(?:users?|customers?|"
    r"readers?|visitors?|people)\b",
    r"(?:^|[.!?]\s+)claim (?:that|to be)\b|\b(?:lie to|mislead|deceive) (?:the |all |every |any )?(?:users?"
    r"|customers?|readers?)\b(?! (?:is|"
    r"are)\b)",
    r"(?<!not )(?<!never )(?<!to )\b(?:ignore|disregard|override|bypass|forget)\s+(?:all |any |your |the )*(?:safety"
    r"|ethic\w*|security|"
    r"content)\s+(?:guidelines|protocols?|rules|polic(?:y|ies)|filters?|restrictions|constraints)\b",
    r"(?:^|[.!?:;]\s+)(?:please )?(?:ignore|disregard|forget)\s+(?:instructions|ethics|rules|guidelines|everything"
    r"|context|prompts?)"
    r"(?:[.,;!]|\s+and\b|$)",
    r"\{\{\s*system\b|(?-i:\b[A-Z]{4,} OVERRIDE\b)",
    r"\bplease (?:show|display|output|reveal|print)\b[^.\n]{0,60}?\bwhen this (?:file|content|document|page|text)"
    r" is\b|\bwhen "
    r"(?:processing|reading|summari[sz]ing|indexing|parsing) this (?:file|content|document|page|text),? (?:please"
    r"|always|also)\b",
    r"\bcomply (?:fully )?with (?:all|any|every) (?:\w+ )?requests?\b",
    r"\bbefore you (?:answer|reply|respond|translate|summari[sz]e)\b[^.\n]{0,50}?\b(?:output|say|print|write|mention"
    r"|insert)\b",
    r"\b(?:show|print|repeat|output|give|tell)\b[^.\n]{0,40}?\b(?:beginning|start) of (?:this|our) (?:conversation"
    r"|chat)\b",
    r"\b(?:output|print|reveal|repeat|leak) (?:the )?(?:original|initial|full|whole|entire) prompt\b",
)
