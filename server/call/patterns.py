"""Phrases that are sure: what the classifier is helped by, and what it must not be misled by."""

from __future__ import annotations

import re

from server.call.text import any_of
from server.events import ObjectionKind

GENERIC = any_of(
    r"(?:just )?(?:checking|check) in", r"touch(?:ing)? base", r"circl(?:e|ing) back", r"just following up",
    r"(?:just )?wanted to follow up", r"see(?:ing)? (?:how|if) (?:things|everything|it|you) (?:are|is|were|had|have)",
    r"how (?:are )?things(?: are)? going", r"reach(?:ing)? out to see", r"calling to introduce",
)  # fmt: skip

REASON = any_of(
    r"(?:the )?reason (?:i'm|i am|why i'm|for my|for the|i) (?:calling|call|called)", r"reason for (?:my|the) call",
    r"(?:i'm|i am) calling (?:because|about|since)", r"i called because", r"why i'm calling",
    r"i (?:saw|noticed|read|heard) (?:that )?(?:you|your)", r"you (?:looked at|opened|downloaded|visited|signed up)",
    r"you (?:told|mentioned|said|asked)", r"congratulations on", r"since (?:we|you|our) (?:last )?(?:spoke|talked|met|demo)",
    r"(?:fill|fills|filling) up before", r"before (?:january|february|march|april|may|june|july|august|september|october|november|december)",
)  # fmt: skip

_ASKING = (
    r"(?:can|could|may|shall|should) (?:we|i|you)", r"would you be (?:open|able|willing|up)", r"are you (?:free|open|available)",
    r"do(?:es)? (?:you have|that|this|monday|tuesday|wednesday|thursday|friday|tomorrow|next week)", r"how about", r"what about",
    r"i'd (?:love|like) to (?:get|set|book|show|have|find|put|walk|schedule|invite)", r"let's (?:get|set|book|put|find|schedule|meet)",
    r"would (?:it|that|monday|tuesday|wednesday|thursday|friday|tomorrow|next week|you)", r"i (?:want|would like) to (?:book|schedule|set up)",
    r"what does your (?:calendar|week|schedule)", r"is (?:it|there) (?:worth|any|a)", r"worth (?:a|fifteen|ten|twenty|thirty|half)",
)  # fmt: skip
ASK_STEM = any_of(*_ASKING)
NO_ASK = any_of(
    r"bad time",
    r"catch you",
    r"i take",
    r"they (?:asked|said)",
    r"you asked",
    r"i (?:asked|used to ask)",
    r"how are you",
)

AGREEMENT = any_of(
    r"yes", r"yeah", r"yep", r"sure", r"sounds (?:good|great|fine)", r"works(?: for me| for us)?", r"let's do (?:it|that)",
    r"(?:that's|that is) (?:fine|good|great)", r"absolutely", r"of course", r"perfect", r"happy to", r"send me (?:an|the) invite",
)  # fmt: skip

REFUSAL = any_of(
    r"(?:i'm|we're|i am|we are) not (?:interested|looking|ready)", r"not interested", r"no thank(?:s| you)", r"i don't think so",
    r"i'd rather not", r"(?:doesn't|does not|won't) work", r"i can't (?:do|commit)", r"still (?:no|not)", r"no i'm (?:good|fine)",
)  # fmt: skip

CLOSING = any_of(
    r"(?:thanks|thank you)(?: so much)? for (?:your|the) time", r"have a (?:great|good|nice|wonderful) (?:day|one|week|weekend|evening)",
    r"bye", r"goodbye", r"talk soon", r"take care", r"(?:i'll|i will|ill|let me) let you (?:go|get|run)", r"(?:i'll|i will|ill) let you",
    r"(?:i )?(?:won't|wont|will not) keep you",
)  # fmt: skip

PROMISE = any_of(
    r"(?:i'll|i will|we'll|we will|let me) (?:\w+ ){0,2}(?:send|call|email|share|get|book|put|check|forward|introduce|try|talk|ask|"
    r"look|bring|prepare|set|schedule|follow|come|write|confirm|review)",
)  # fmt: skip
NO_PROMISE = any_of(
    r"let me tell", r"let me (?:ask|explain)", r"i'll be honest", r"see how", r"i'll try to keep"
)

INVITE = any_of(
    r"(?:send|shoot|fire|ping|get) (?:me |us |over |it )*(?:over )?(?:an?|the|that|your)? ?(?:calendar )?(?:invite|invitation)"
)
"""Asks for an invitation, not for information."""

DNC = any_of(
    r"(?:take|remove|get) (?:me|us|my (?:name|number)) (?:off|from) (?:your|the|this|that|any)(?: \w+)? ?(?:list|lists|database|system)?",
    r"(?:don't|do not|never|please don't) (?:ever )?(?:call|phone|ring|contact) (?:me|us|here|this number)(?: (?:again|anymore|any more))?"
    r"(?! (?:before|after|until|till|at|on|in|between|during|while|when|if|a|an|the|your|that|tomorrow|today|tonight|now|this|"
    r"monday|tuesday|wednesday|thursday|friday))",
    r"(?:stop|quit) calling(?: me| us| here| this number)?(?! (?:it|that|this a|them|the|him|her|my|our|your|an?|me an?))",
    r"do not call list",
    r"lose (?:my|this|our) number", r"(?:don't|do not) (?:ever )?call again", r"no more calls",
)  # fmt: skip

NO_DNC = any_of(
    r"(?:call|calling|called) (?:it|that|them)",
    r"(?:don't|do not|please don't|never) (?:call|phone|ring) (?:me |us )?(?:before|until|till) (?:nine|ten|eleven|noon|one|two|\d+|lunch|\w+day)",
)
"""What somebody calls a thing, and an hour that does not suit."""

WRONG_NUMBER = any_of(
    r"wrong number", r"no one (?:here )?by that name", r"nobody (?:here )?(?:by that name|called)"
)

VOICEMAIL = any_of(
    r"leave (?:me |us |your )?a? ?(?:message|name|number)", r"after the (?:tone|beep)", r"reached the (?:voicemail|voice mail|mailbox)",
    r"(?:can't|cannot|unable to) (?:take|answer|come to) (?:your|the|my) (?:call|phone)", r"not available to take",
    r"voice ?mail(?:box)?", r"record your message",
)  # fmt: skip

OBJECTIONS: dict[ObjectionKind, re.Pattern[str]] = {
    "price": any_of(
        r"(?:too|so|very|quite|pretty|really) expensive", r"(?:no|don't have|not have|out of|tight|over|above) (?:the |a |any |our )?budget",
        r"budget (?:is|was|got|has)", r"cost(?:s)? (?:too|a lot|more)", r"too much (?:money|for us)", r"can't afford", r"cheaper",
        r"price (?:is|was|seems)", r"pricing is",
    ),
    "timing": any_of(
        r"(?:worry|concern|problem|issue) is (?:the )?timing", r"timing (?:is|isn't|doesn't)", r"(?:not|isn't) (?:the )?(?:right|a good) (?:time|moment)",
        r"(?:next|later this|another) (?:quarter|year)", r"(?:too|very|really|so) busy (?:right now|this|at the|to)", r"is (?:too |very )?busy for us",
        r"not (?:right )?now", r"after the (?:holidays|quarter|new year|summer)", r"maybe (?:later|next)", r"not until",
    ),
    "competitor": any_of(
        r"(?:already|currently) (?:use|using|have|work|working|with)", r"happy with (?:our|what|the)", r"(?:we|we're) (?:use|using|with|on) (?:salesforce|hubspot|gong|outreach)",
        r"(?:have|got) (?:a|another) (?:vendor|provider|supplier|tool|solution|system)", r"signed with", r"went with",
    ),
    "authority": any_of(
        r"(?:talk|speak|check|run it by|ask|discuss(?: it)?) (?:to |with |by )?my (?:boss|manager|team|partner|director|cfo|ceo|vp|colleague|husband|wife)",
        r"not my (?:decision|call|department|area)", r"(?:i'm|i am) not the (?:right|one|person|decision)", r"i don't (?:make|decide|own)", r"above my",
    ),
    "no_need": any_of(
        r"(?:don't|do not) (?:really )?(?:need|see the need|see a need|have that problem)", r"no need for", r"not a priority", r"(?:we're|we are|i'm) (?:fine|good|all set)",
        r"not (?:something|what) we", r"don't see (?:why|the value|how)",
    ),
    "send_info": any_of(
        r"(?:just |please )?(?:send|email|shoot|mail) (?:me|us|it|over|that|me over) ?(?:an? |some |the |your |more |any )?(?:email|info|information|deck|brochure|details|materials?|something|link|pdf|it)",
        r"put (?:it|that|something) in (?:an email|writing)",
    ),
    "bad_time": any_of(
        r"in (?:a|another) meeting(?: right now| now)?", r"(?:can't|cannot) talk", r"(?:call|try) (?:me )?(?:back )?(?:later|another time|tomorrow)",
        r"(?:i'm|i am) (?:driving|about to|just heading|on another|in the middle)", r"bad time", r"have to (?:run|go|jump)", r"got another call",
    ),
    "trust": any_of(
        r"never heard of", r"how do i know", r"(?:references|case stud)", r"(?:security|privacy|data) (?:concern|worr|issue)", r"(?:is|sounds like) (?:this )?a scam",
        r"burned before", r"too good to be true", r"where did you get my",
    ),
}  # fmt: skip

THEIR_PAST = any_of(
    r"(?:she|he|they) (?:was|were|is|had been)", r"i was not", r"wasn't",
    r"(?:she|he|they|everybody|people|somebody|brother|sister|wife|husband|colleague|partner|boss|cfo|ceo|guy|fella|mother|dad) "
    r"(?:just |always |still )?(?:told|said|says|goes|reckons|thinks|thought|keeps? (?:on )?saying|was saying|and i quote)",
)  # fmt: skip
"""What others say or said, or what once was: not the prospect's own objection now."""

QUESTION = re.compile(
    r"^(?:and |so |but |okay |well |or )?(?:what|when|where|who|why|how|which|whose|do|does|did|is|are|was|were|can|could|would|will|should|shall|have|has|may)\b"
    r"(?! a (?:great|good|nice)| a minute)"
)

_LISTENS = (
    "mm", "mhm", "hmm", "hm", "uh", "huh", "um", "ah", "oh", "yeah", "yep", "yes", "yup", "right", "okay", "ok", "sure", "gotcha",
    "got", "it", "i", "see", "true", "wow", "cool", "nice", "great", "good", "exactly", "absolutely", "of", "course", "alright", "all",
    "aye", "fine", "ha", "no", "really", "fair", "enough", "interesting", "definitely", "totally", "correct", "ja", "indeed", "quite",
)  # fmt: skip
BACK_CHANNEL = re.compile(rf"(?:(?:{'|'.join(_LISTENS)})(?: |$)){{0,4}}")
"""A whole utterance that only shows that somebody listens."""
