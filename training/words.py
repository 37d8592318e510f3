"""The words of the corpus: slots, templates by kind of line, and common words. Data only."""

from __future__ import annotations


def _list(text: str) -> list[str]:
    return [item.strip() for item in text.strip().split("|") if item.strip()]


SLOTS: dict[str, list[str]] = {
    "first": _list("""Sarah|Alex|John|Maria|David|Emma|Michael|Lisa|James|Anna|Robert|Karen|Daniel|Laura|Kevin|Julia|
Brian|Rachel|Steven|Nina|Mark|Olivia|Paul|Sophie|Tom|Hannah|Chris|Megan|Peter|Grace|Andrew|Claire|Ryan|Monica|Eric|
Diana|Jason|Helen|Frank|Priya|Omar|Wei|Carlos|Elena|Victor|Amy|Ben|Kate|Sam|Zoe|Henry|Alice|Martin|Susan|George|Ruth"""),
    "last": _list("""Kim|Miller|Johnson|Garcia|Brown|Patel|Nguyen|Wilson|Moore|Taylor|Anderson|Thomas|Jackson|White|
Harris|Clark|Lewis|Walker|Hall|Young|King|Wright|Lopez|Hill|Scott|Green|Adams|Baker|Carter|Mitchell|Turner|Parker"""),
    "company": _list("""Northwind|Acme|Contoso|Fabrikam|Globex|Initech|Umbrella|Summit|Bluebird|Redwood|Harbor Freight|
Lakeside|Pinecrest|Silverline|Ironworks|Brightway|Clearview|Eastgate|Westfield Logistics|Granite Supply|Evergreen Foods|
Falcon Systems|Riverside Health|Metro Bank|Atlas Insurance|Orbit Software|Delta Manufacturing|Cedar Group"""),
    "day": _list("Monday|Tuesday|Wednesday|Thursday|Friday"),
    "when": _list("""{day}|next {day}|this {day}|tomorrow|tomorrow morning|tomorrow afternoon|next week|later this week|
early next week|{day} morning|{day} afternoon|the week after next|{month} {ordinal}|the {ordinal}"""),
    "past": _list(
        "last {day}|yesterday|last week|last month|on {day}|two weeks ago|in {month}|earlier this week|this morning"
    ),
    "month": _list("January|February|March|April|May|June|July|August|September|October|November|December"),
    "ordinal": _list("""first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|thirteenth|
fourteenth|fifteenth|sixteenth|seventeenth|eighteenth|nineteenth|twentieth|twenty first|twenty second|twenty third|thirtieth"""),
    "hour": _list("""two|three|four|one|ten|eleven|nine|two thirty|three thirty|ten thirty|eleven fifteen|noon|half past three|
quarter past two|one o'clock|two o'clock|ten a m|two p m|four thirty|nine thirty|eight thirty|quarter to four"""),
    "small": _list("two|three|four|five|six|seven|eight|nine|ten|twelve"),
    "number": _list("""ten|twelve|fifteen|twenty|twenty five|thirty|forty|forty five|fifty|sixty|seventy|eighty|ninety|
a hundred|two hundred|three hundred|five hundred|a thousand|two thousand|{small} thousand|{small} hundred"""),
    "money": _list(
        "{number} dollars|{small} thousand dollars|{number} dollars a month|{small} dollars a seat|{number} thousand a year"
    ),
    "minutes": _list(
        "ten minutes|fifteen minutes|twenty minutes|half an hour|thirty minutes|five minutes|a quarter of an hour"
    ),
    "role": _list("""ops lead|operations lead|head of sales|sales manager|finance director|controller|head of support|
IT manager|team lead|boss|procurement team|chief financial officer|account executive|product manager|security team|
head of operations|marketing director|solutions engineer|VP of sales|project manager|regional manager|office manager"""),
    "thing": _list("""onboarding|reporting|pricing|the integration|the rollout|the contract|the pilot|the proposal|the invoice|
the demo|the migration|support|training|billing|the dashboard|data entry|scheduling|forecasting|the renewal|the budget|
the security review|inventory|payroll|the warehouse|customer service|the quarterly report|the forecast|lead routing"""),
    "tool": _list("""Salesforce|HubSpot|Pipedrive|a spreadsheet|Excel|another vendor|a competitor|an older system|
our own tool|paper forms|a shared inbox|Outlook|Google Sheets|Zendesk|a custom database"""),
    "signal": _list("""you looked at the pricing page twice this week|your team opened the proposal again|you downloaded our guide|
you just hired {number} new reps|you raised a new round|your contract renews in {month}|you asked about {thing}|
your ops lead could not make the demo|you are opening a new office|you used the calculator on our site|
two of your managers joined the webinar|you opened a second location|your team is growing so fast"""),
    "reason": _list("""I noticed {signal}|{signal}|I saw that {signal}|the demo {past} left one question open|
you mentioned {thing} was taking {number} hours a week|onboarding slots fill up before {month}|
our prices change in {month}|you wanted to see {thing} before {month}"""),
    "pain": _list("""{thing} takes too long|the team spends {number} hours a week on {thing}|calls are not being logged|
follow ups fall through the cracks|nobody trusts the numbers|reps forget the next step|the handoff is slow|
you lose deals after the third call|managers cannot see what happens on calls"""),
    "value": _list("""cut {thing} from {small} days to one|save {number} hours a week|double your connect rate|
get new reps ready in {small} weeks|see every call in one place|stop losing follow ups|book {number} more meetings a month"""),
    "phone": _list("""five five five {digit} {digit} {digit} {digit}|{digit} {digit} {digit} {digit} {digit} {digit} {digit}|
two one two five five five {digit} {digit} {digit} {digit}|four one five, {digit} {digit} {digit}, {digit} {digit} {digit} {digit}"""),
    "digit": _list("one|two|three|four|five|six|seven|eight|nine|zero|oh"),
    "who": _list("""I|we|you|they|she|he|my {role}|our {role}|your {role}|the team|my boss|{first}|somebody|our customers|
most teams|the whole office|your people|everybody|the manager|a colleague"""),
    "did": _list("""was in another meeting|was away on {day}|liked the part about {thing}|asked me about {thing}|wrote to you {past}|
had a look at it|would start in {month}|could not find the numbers|wanted to know more|talked about it {past}|said the same thing|
really liked it|needed {minutes} for that|changed the plan {past}|never heard back|would rather wait until {month}|is on holiday until {day}|
has a list of questions|works with {tool}|takes care of {thing}|pays for {number} seats|will be there too|can answer that|tried it {past}|
sent the file {past}|looks at it every {day}|would be happy to help|does not have the time|was not sure about {thing}|has to finish {thing} first"""),
    "clause": _list("""{who} {did}|{who} {did}|{who} {did}|it only takes about {minutes} to set up|it really is a very nice dashboard|
our prices change in {month}|that is what I wanted to say|there is one thing left|it was better than {tool}|nothing has changed since {month}|
it would save us {number} hours|that is the whole idea|the rest can wait|this is about {thing}|it took {small} days|the first {small} weeks are free|
there are {number} of us now|the line was bad|{thing} comes first|we could do it {when}|it depends on {thing}|that was {past}"""),
    "noun": _list(
        "deck|agenda|invite|proposal|contract|report|file|recording|list|link|notes|numbers|summary|offer|plan|invoice"
    ),
    "soon": _list(
        "tonight|today|tomorrow|this afternoon|this evening|right away|in a minute|on {day}|by {day}|after the call|for {when} at {hour}"
    ),
    "link": (
        ", and |, but |, so |, because | because | and | when | if | before |, which means |, although | since | unless | after | while "
    ).split("|"),
    "start": (
        "Well, |To be honest, |Yes, |No, |And |But |So |Because |Actually, |Listen, |I think |I guess |Maybe |Then |The thing is, |You know, |Okay, |As you know, |Hold on, |Look, |I heard |I hope "
    ).split("|"),
}

TEMPLATES: dict[str, list[str]] = {
    "opening": _list("""Hi {first}, it's {first} from {company}. Did I catch you at a bad time?|Hello {first}, this is {first} with {company}.|
Hi {first}, {first} from {company} here. Do you have a minute?|Good morning {first}, this is {first} calling from {company}.|
Good afternoon, is this {first}?|Hey {first}, it's {first} at {company}, we spoke {past}.|Thanks for taking my call, {first}.|
We met at the demo {past}.|You saw our demo {past}, and your {role} could not make it.|I know I am calling out of the blue.|
I sent you an email {past} about {thing}.|I left you a voicemail {past}.|You asked me to call back {when}.|
I promise to be brief.|Can I take thirty seconds to tell you why I'm calling?|Is now an okay time to talk?"""),
    "generic": _list("""I'm just checking in.|I'm just checking in, touching base to see how things are going.|
Just wanted to touch base and see where you are at.|I'm following up on my last email.|I wanted to circle back with you.|
Just calling to see if you had any questions.|I was just wondering if you had a chance to think about it.|Just checking in to see how things are going over there."""),
    "why": _list("""The reason I'm calling is that {reason}.|I'm calling because {reason}.|{reason}, so I wanted to call today.|
The reason for my call is {thing}.|Since {signal}, I thought this was a good time.|You told us that {pain}.|
Teams like yours tell us that {pain}.|We help teams {value}.|{company} used it to {value}.|Last year we helped {company} {value}.|
In the demo you asked how {thing} would work.|I noticed {signal} and thought of you.|What we do is simple, we help you {value}.|
Our customers usually {value} in the first {small} months.|The last open question was {thing}.|That is why I called today and not in {month}."""),
    "ask": _list("""Can we get your {role} on for {minutes} {when} at {hour}?|Could we set up {minutes} {when}?|
Would you be open to {minutes} {when} at {hour}?|Does {when} at {hour} work for you?|I'd love to get your {role} on for {minutes} {when}.|
How about {when} at {hour}?|Are you free {when} at {hour}?|Would it make sense to meet {when}?|Is it worth {minutes} of your time?|
Shall we say {when} at {hour}?|Could you bring your {role} to a short call {when}?|What does your calendar look like {when}?|
Can I send you an invite for {when} at {hour}?|Would {hour} or {hour} be better for you?|Can we put {minutes} on the calendar {when}?"""),
    "agree": _list("""Yes, {when} at {hour} works.|{when} works for me.|That works.|Sure, let's do {when} at {hour}.|Sounds good to me.|Okay, let's do it.|
Yes, send me an invite.|I can do {hour}.|Could we make it {hour} instead?|Let me check my calendar. Yes, {hour} is fine.|
{day} is bad, but {day} is open.|Alright, {when} then.|Sure, that sounds fair.|Yeah, that should work.|Yes, I think that works. {when} at {hour}.|
I'll be there.|Fine, put something on the calendar.|Sure, my {role} is free {when}.|Great, talk to you {when}."""),
    "book": _list("""Great, I'll send the invite for {when} at {hour}.|Perfect, {when} at {hour} it is.|I'll send you a calendar invite right now.|
What is the best email for the invite?|I'll put {first} on the invite too.|I will send the deck tonight.|I'll email you the agenda by {when}.|
Let's say {when} at {hour}, and I'll send the details.|Then I'll call you back {when} at {hour}.|You will have it in your inbox in {minutes}.|
Talk to you {when}.|Thanks for your time, {first}.|Have a great day.|Looking forward to it.|I'll send you a short summary and we talk {when}.|
I'll bring the numbers for {thing}.|So {when} at {hour} with your {role}, is that right?|See you {when} at {hour}. Thanks, {first}. Bye."""),
    "price": _list("""It's too expensive.|How much does it cost?|That's more than we planned to spend.|We don't have the budget this year.|
Our budget is {money}.|We can't pay {money} for that.|Your price is higher than {company}.|We pay {money} right now.|The budget is gone until {month}.|Is there a discount if we sign before {month}?"""),
    "timing": _list("""Now is not a good time.|Call me back in {month}.|We are too busy until {month}.|Maybe next quarter.|We just started another project.|
It's not a priority right now.|Not before the end of the year.|Let's talk again after {month}.|We are in the middle of {thing}.|My only worry is the timing, {month} is busy for us."""),
    "competitor": _list("""We already use {tool}.|We're happy with {tool}.|We signed with {company} {past}.|We are locked in with {company} until {month}.|
How are you different from {company}?|We're also looking at {company}.|We have been using {tool} for {small} years."""),
    "authority": _list("""You'd have to talk to my {role}.|I'm not the right person for that.|I don't make that decision.|
{first} decides that.|I need to ask my {role} first.|My {role} would have to sign off on it.|That goes through our {role}."""),
    "noneed": _list("""We don't need that.|I'm not interested.|We're all set, thanks.|We don't really have that problem.|
I don't see how that helps us.|We do that ourselves.|No thanks, we are fine as we are."""),
    "sendinfo": _list("""Can you just send me an email?|Send me some information.|Just send me some info and I'll take a look.|
Send me the deck and I will look at it.|Put it in an email.|Do you have a one pager you could send?|Email me the details, please."""),
    "badtime": _list("""I'm in a meeting.|I'm about to step into a meeting.|Can you call back later?|I'm driving right now.|You caught me at a bad time.|
I only have a minute.|I have to run.|I've got another call in {minutes}.|Try me after {hour}."""),
    "trust": _list("""How did you get my number?|I've never heard of {company}.|Who are you with again?|Is this a sales call?|
How do I know this works?|We tried something like this before and it failed.|Can you prove that?|Where is our data stored?"""),
    "dnc": _list("""Please don't call me again.|Take me off your list.|Stop calling me.|Remove my number, please.|
Don't call this number anymore.|I asked you not to call.|Put me on your do not call list.|Please lose my number."""),
    "backchannel": _list("""Right.|Yeah.|Okay.|Uh huh.|Sure.|Mm hmm.|I see.|Got it.|Yes.|No.|Oh, okay.|Exactly.|True.|Makes sense.|Alright.|Hello?|Hi.|Wow.|Great.|Thanks.|Bye.|
Yeah, right.|Okay, sure.|Yes, hello?|No, I have a minute.|Yeah, go ahead.|Sure, what is it about?|This is {first}.|Speaking.|{first} speaking.|No, that's fine."""),
    "talk": _list("""We have about {number} people on the team.|There are {number} reps in {small} offices.|We use {tool} for {thing}.|
Our contract ends in {month}.|We are planning to hire {number} people by {month}.|{thing} is our biggest problem.|The problem is that {pain}.|
It takes us {small} days to finish {thing}.|I liked the demo, to be honest.|What would the next step be?|How long does {thing} take?|
Does it work with {tool}?|Who else should be on that call?|Let me think about it.|That is a fair question.|I appreciate that.|
I understand, and that makes sense.|Many of our customers said the same thing.|What would need to change for that to work?|
How are you handling {thing} today?|What happens if nothing changes?|Tell me more about {thing}.|How many people would use it?|
Is there anything else I should know?|What did you like about the demo?|If {thing} was solved, what would that mean for you?|
We measure every call, the talk time and the questions.|The platform records both sides and writes the notes for you.|
It also connects to {tool}, and it takes about {small} minutes to set up.|We have been doing this for {small} years with more than {number} customers.|
You can see the pipeline, the calls, the meetings and the revenue in one place.|Let me tell you a little bit about our company and our product.|
We have a mobile app, a browser extension and a very nice dashboard.|And another thing is that our support team is available day and night.|
Everything is encrypted and hosted in your own region.|We won an award for customer service {past}.|As I said, {value}.|Hold on, I was not finished.|
Sorry, go ahead.|Sorry, what was that?|Could you say that again?|I can hear you fine now.|The line is not very good.|I had a question about that."""),
    "voicemail": _list("""You have reached the voicemail of {first} {last}.|Hi, you've reached {first}.|I'm not available right now.|
I can't take your call right now.|Please leave a message after the tone.|Please leave a message after the beep.|Leave your name and number and I'll call you back.|
Your call has been forwarded to an automatic voice message system.|The person you are trying to reach is not available.|At the tone, please record your message.|
When you have finished recording, you may hang up.|The mailbox is full and cannot accept any messages.|Please leave your name, number and a short message.|
I'll get back to you as soon as I can.|You have reached {company}.|I am out of the office until {day}.|The number you have dialed is not in service."""),
    "drop": _list("""Hi {first}, it's {first} from {company}.|I'm calling about {thing}.|I'll try you again {when} at {hour}.|No need to call back, I'll try you {when}.|
You can reach me at {phone}.|I also sent you a short email.|It's about the {thing} question from {past}.|My number is {phone}.|I have an idea that could {value}."""),
    "gate": _list("""{company}, how may I help you?|May I ask who is calling?|What is this regarding?|She's in a meeting until {hour}.|He is out today, try him after {hour}.|
One moment please, I'll put you through.|Please state your name and the reason for your call.|Please stay on the line.|You have the wrong number.|
There is no {first} here.|{first} left the company {past}.|Press one for sales, press two for support.|For billing, press {digit}.|Thank you for calling {company}.|
Let me transfer you to {first}.|Please hold."""),
}

FREE: list[str] = (
    _list("""{clause}{link}{clause}.|{start}{clause}.|{start}{clause}{link}{clause}.|{clause}{link}{clause}?|{clause}.|
{start}{clause}{link}{clause}{link}{clause}.|Did you know that {clause}?|Is it true that {clause}?|What if {clause}?|{clause}, right?|
Tell {first} that {clause}.|I will send the {noun} {soon}.|Could you send me the {noun} {soon}?|Let me show you the {noun}.|
And {clause}.|{start}what I liked about the {noun} was the part about {thing}.|Great, I'll send the {noun} {soon} to you and {who}.""")
)
"""Lines of loose talk: whatever follows whatever, so that the decoder has to listen."""

COMMON: list[str] = """
a about above across action actually add after afternoon again against ago agree ahead all almost alone along
already also always am among amount an and another answer any anybody anyone anything anyway apart appear apply are
area around arrive as aside ask assume at attach attend available average away back bad balance base basic be beat
became because become been before began begin behind believe below best better between beyond big bill bit board
book both bottom box break bridge brief bring broken build built business busy but buy by call came can cannot
capacity card care careful carry case cash catch cause center certain chain chance change charge chart cheap check
choice choose city claim clean clear client close cold come comfortable coming comment common compare complete
concern confirm connect consider contact continue control cool copy corner correct cost could count country couple
course cover create credit current custom customer cut daily data date dead deal decide decision deep delay deliver
depend describe design desk detail difference different difficult direct do does doing done door double doubt down
draft drive drop due during each early easy effect effort either else email empty end energy enjoy enough enter
entire equal error especially even evening event ever every everybody everything exact example excellent except
excited expect experience explain extra eye face fact fail fair fall family far fast favor feature feedback feel few
field figure file fill final find fine finish fire fit fix flat floor focus folder follow food for force form
forward found free fresh friend from front full fund funny future gain game gave general get give given glad go goal
goes going gone good got great ground group grow growth guess guide half hand handle happen happy hard has have he
head hear heard heart heavy help her here high him his hit hold home honest hope host hot house how however huge
human hundred hurry idea if important improve in include increase indeed industry inside instead interest into
invest issue it item its itself job join just keep key kind knew know known large late later launch law lead learn
least leave left legal less let letter level life light like limit line link list listen little live load local long
look lose loss lost lot love low luck lunch machine made main make manage many market match material matter may
maybe me mean measure meet meeting member mention message middle might mind mine minute miss mistake mobile model
moment money month more morning most move much music must my name near nearly necessary need network never new news
next nice night nobody none normal north not note nothing notice now number obvious of off offer office often old on
once one online only open option or order other our out outside over own page paid paper part partner party past pay
people per percent perfect perhaps period person phone pick picture piece pilot place plan plant platform play
please plus point policy poor popular position possible power prefer prepare present press pretty previous print
private probably problem process product profit program project promise proof proper protect provide public pull
purchase purpose push put quality quarter question quick quickly quiet quite quote raise ran range rate rather reach
read ready real really receive recent record reduce refer region regular relate remember remote remove rent repeat
replace reply request require rest result return review rich right ring risk road room round rule run safe said sale
sales same save saw say scale schedule screen search season seat second section secure see seem seen select sell
send sense sent separate series serious serve service set setup seven several share she ship short should show side
sign signal silent similar simple simply since single sit site situation size skip slot slow smart so soft software
solution some somebody someone something sometimes soon sort sound source south space speak special speed spend
spent split spot staff stage stand standard start state stay step still stock stop store story straight strategy
strong stuff style subject success such suggest summer supply support suppose sure surprise switch system table take
taken talk target task team tell term test than thank that the their them then there these they thing think third
this those though thought through ticket till time tiny to today together told tomorrow tone tonight too took tool
top total touch toward track trade train travel trial trouble true trust try turn twice type under understand unit
until up update upgrade upon urgent us use useful user usual value vendor version very view visit voice volume wait
walk wall want warm was watch water way we weather website week weekend welcome well went were west what whatever
when where whether which while who whole whose why wide will win winter wish with within without woman wonder word
work world worry worse worth would write written wrong year yes yesterday yet you your yourself we're you're they're
it's that's there's what's here's I'm I've I'll I'd we've we'll you've you'll don't doesn't didn't can't couldn't
wouldn't shouldn't isn't aren't wasn't haven't hasn't won't let's he's she's they'll who's
""".split()

MORE: list[str] = """
accept access account accurate achieve active address adjust admin adopt advance advice advise afford agency agenda
agent aim alert align allow alternative ambitious analyst analysis announce annual apologize approach approval
approve april archive argue arrange article assess assist assistant assure attention attract audience audit author
automate automatic avoid award aware backup badge bank banner barely bargain barrier batch battle bench benefit
bidding blank block blog blue bonus boost borrow bother bought brand breakdown breakfast brilliant browser bulk
burden button cabinet cancel candidate capital capture career carrier category caution celebrate cell ceremony
certify channel chapter chase chat checklist chief childcare circle click climb clinic cloud club coach code coffee
colleague collect college column combine command commit committee communicate community compete complaint complex
compliance component compromise computer concept conclude conference confidence conflict confuse congratulations
connection consent consistent consult content contest context contribute conversation convert convince cooperate
core corporate council counter coverage crew crisis critical crowd crucial culture curious curve cycle damage danger
database deadline dealer debate debt decline decrease dedicate default defend define degree demand department deploy
deposit depth detect determine develop device diagram digital dinner direction director disagree discount discover
discuss display distance distribute district division document domain donate download dozen drag dramatic drawer
dream dress driver duty eager earn economy edge editor educate efficient eight eighteen eighty elegant element
eleven eliminate embed emergency employee encourage engage engineer enhance enterprise entry environment equipment
escape essential estimate evaluate evidence exceed exchange exclude executive exist exit expand expand expense
expert expire export express extend external extreme factory familiar fantastic farm fashion fault favorite federal
fiber fifteen fifty fifth filter finance finger firm flag flexible flight floating flow forecast forever forget
formal formula fortune forty forum foundation fourteen fraction framework freedom frequent fuel function furniture
gallery garden gather generate gentle genuine gift global golden govern grab grade gradual graduate grand grant
graph gray guarantee guest habit handbook harbor hardware harvest hassle headline health height hesitate highlight
hire history holiday honor hospital hourly household hungry identify ignore illness imagine impact implement imply
import impress impression incident income incorrect independent indicate individual influence inform initial
innovate input inquiry inspect install instance instant instruct insurance integrate intend intense internal
internet interrupt interview introduce inventory invoice involve island jacket jobs joint journey judge junior
justify keyboard kitchen knowledge label ladder laptop laugh launch lawyer layer layout leader league lease lecture
legacy lend length lesson liberty license listed literally loan lobby logic logistics loyal luggage magazine
maintain major manual manufacture margin marketing massive master matrix maximum meantime mechanic media medical
medium menu merge method metric military million minimum mission mixture module monitor monthly mortgage motion
motor mountain multiple museum mutual narrow nation native natural navigate negative negotiate neighbor nervous
neutral nine nineteen ninety nobody noise nonprofit notify november nuclear nurse object objection obtain occasion
occur odd onsite operate operator opinion opportunity oppose optimize orange ordinary organize origin ourselves
outcome outline output overall overview package panel parallel parent parking participate particular passion
password pattern pause payment peak penalty pending pension perform permanent permission permit personal perspective
petition phase photo physical pipeline pitch planet player pleasure pocket polish portal portfolio portion positive
potential practice precise predict premium presence president pressure prevent primary principle priority privacy
procedure process procure professional progress prompt proper property propose prospect provider province publish
pursue qualify quantity quarterly quota radio rapid ratio reaction realize rebuild recall receipt recognize
recommend recover recruit referral reflect reform refresh refund refuse register regret reject relation release
relevant reliable relief rely reminder renew renewal repair repeat reporter represent reputation rescue research
reserve resolve resource respect respond responsible restore retail retain retire retreat revenue reverse revise
reward river robot rough routine royal rural sample satisfy savings scan scenario scene scope score script sector
seek segment seldom semester seminar senator senior sentence sequence session settle seven seventeen seventy severe
shadow shape shared sharp shift shipment shock shortage signature significant silver sister sixteen sixty sketch
skill slide slight smooth snapshot social socket solar solid solve somewhat sorry spare spark specific spectrum
spirit sponsor spreadsheet spring square stable stack stadium statement station status steady steel stick storage
storm strategic stream street stress stretch strict strike string structure struggle student studio study submit
subscribe substance suburb sudden suffer sufficient suit sunday surface survey survive suspect sustain symbol
syndicate tablet tackle talent tactic technical technique technology template temporary ten tend terms territory
theater theme theory thirteen thirty thousand thread threat threshold thrive tight tissue title tomato tough tour
tower tradition traffic transfer transform transition transparent transport treat trend trigger trip truck tuition
tunnel twelve twenty twin typical ultimate umbrella unable uncle unique universe unlock unusual upcoming upgrade
upset urban usage utility vacation valid valley valuable variety various vehicle venture verify via victory video
village virtual visible vision vital vivid volunteer warehouse warning warranty wealth weapon webinar wedding weekly
weight wheel widget window wire wireless wisdom witness workflow workshop worthwhile writer yellow yield youth zero
zone
""".split()
"""Words no template says: they are spoken in random order only, so that the model listens beyond the grammar."""
