"""The words by which pages name their parts: one table, to be extended for a publisher.

Patterns meet a line's plain form: white space collapsed, curly apostrophes straight.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

_SPACE = re.compile(r"\s+")
_MONTH = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.?"
_DAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?"
_NAME = r"[A-ZÀ-ÞŠŽĐ][\w.’'-]*"
_MARK = r"[^\w\s]*\s*"  # an emoji, a bullet or an arrow before the words

_CHROME = """
actions|ad|ad feedback|advertisement|advertisements|advertising|all rights reserved|alerts
|analysis|archive|bookmark|business|close|column|contact|contact us|continue reading|copy link
|cookie policy|cookies|culture|donate|e-mail|economy|edition|editorial|email|facebook|flipboard
|follow|follow us|forward|games|gettr|home|instagram|jobs|lifestyle|like|linkedin|listen|live
|local|log in|log out|login|membership|menu|messenger|more|my account|news|newsletter
|newsletters|next|next article|notices|opinion|parler|petitions|pinterest|podcast|podcasts
|politics|post|previous|previous article|print|privacy|privacy policy|promoted|published|puzzles
|reddit|register|reply|report|rss|rumble|save|science|search|section|sections|settings|share
|share on facebook|share on twitter|share on x|share this|share this article|share this story
|share via email|shop|show more|sign in|sign up|signal|skip to content|skip to main content|sms
|sport|sports|sponsored|sponsored content|store|stories|story|subscribe|subscribe now|tech
|telegram|terms|terms of service|terms of use|text size|threads|tiktok|toggle navigation|top
|translate|truth social|tweet|twitter|url copied|video|videos|views|watch live|watch now
|whatsapp|world|x|youtube
"""
_CUE = r"""(?:trending(?:\ now)?|related(?:\ (?:stor(?:y|ies)|articles?|coverage|news|posts
|content|links|reading))?|read\ (?:more|next|also|on|this\ next|the\ (?:latest|full\ story))
|see\ also|also\ read|also\ (?:in|on|from)\b.{0,40}|more\ (?:from|stories|on\ this|in|news
|like\ this|headlines)\b.{0,40}|recommended(?:\ (?:stories|reading|for\ you))?|you\ (?:may
|might)\ also\ (?:like|be\ interested\ in)|most\ (?:read|popular|viewed|shared)\b.{0,30}
|don't\ miss|editors?'?s?'?\ (?:picks?|choice)|up\ next|must\ reads?|what\ to\ read\ next
|what\ (?:others|people)\ are\ reading|popular(?:\ now)?|in\ case\ you\ missed\ it
|keep\ reading|latest(?:\ (?:news|stories|headlines|posts|articles))?|top\ stories|around\ the\ web
|from\ our\ partners|you\ may\ have\ missed|further\ reading|elsewhere|flashback)"""
_ASK = r"""\b(?:subscri(?:be|ption)|donat(?:e|ion)|chip\ in
|sign\ (?:up|it|now|on|here|the|our|and)\b|add\ (?:your|my)\ name
|become\ an?\ (?:[\w-]+\ ){0,3}(?:member|supporter|subscriber|patron|friend)
|join\ (?:us|today|now|our|the\ fight|thousands)
|support\ (?:us|our|this|independent
|the\ [A-Z])|make\ (?:an?|your)\ (?:[\w-]+\ ){0,2}(?:gift|donation|contribution)
|give\ (?:what|today|now|monthly)|asking\ (?:you|for\ your)|stand\ with\ us|share\ (?:this
|it|the\ page)|pass\ (?:it|this)\ on|forward\ (?:this|it)|(?:send|post)\ (?:this|the|it)\b
|screenshot|buy\ (?:the|your|now|one|two)|order\ (?:at|now|today|tonight|yours|online)
|membership|free\ trial|half\ price|tell\ your\ friends|write\ to\ your|call\ your|pledge
|contribut(?:e|ion)|your\ (?:gift|support|donation|inbox|help)|sign\ me\ up|take\ action
|help\ (?:us|keep)|in\ your\ inbox|petition|(?:gift|donation)\ today
|please\ (?:join|support|help|consider|give|share
|sign|stand|don't))"""
_PLEA = r"""\b(?:subscribe\ (?:to|now|today|for)|sign\ up\ (?:for|to|here)|donate\ (?:now|today|at
|to\ us)|become\ an?\ (?:[\w-]+\ ){0,3}(?:member|supporter|subscriber)|support\ (?:us
|our\ (?:work|journalism|reporting|newsroom))|sign\ (?:the|our)\ petition|add\ your\ name
|pass\ (?:it|this)\ on|chip\ in|share\ this\ (?:article|story|page|post|thread)
|by\ (?:signing\ up|subscribing|submitting)\b|join\ our\ (?:newsletter|mailing|community)
|hear\ from\ you\b|get\ (?:this|it|them|the\ latest)\ (?:\w+\ )?delivered|in\ your\ inbox
|to\ your\ inbox|make\ an?\ (?:[\w-]+\ )?(?:gift|donation)
|join\ us\ (?:today|now)|dear\ (?:reader|friend
|patriot)s?\b|order\ (?:now|today|tonight))"""
_APPEAL = rf"""^{_MARK}(?:(?:an?|one|our)\ )?(?:[\w-]+\ ){{0,2}}?(?:message|note|word|appeal|letter
|plea|request|favou?r)\ (?:from|for)\ (?:our|the|your|us|you|all|everyone)\b.{{0,60}}$
|^{_MARK}(?:please\ )?(?:support\ (?:our|us|the|independent)|donate|subscribe\ (?:to|now
|today|for)|join\ (?:us|our|the)|become\ an?\ |stand\ (?:up\ )?with|sign\ (?:up|now|the|our)
|take\ action|chip\ in|help\ (?:us|keep)|give\ (?:today|now)|before\ you\ (?:go|close|leave)
|why\ we\ (?:ask
|need))\b.{{0,60}}$"""
_BIO = r"""(?:has\ (?:been|worked|written|covered|reported|served|edited|won)|is\ an?\b|is\ the\b
|is\ [A-Z].{0,40}'s\b|was\ an?\b|works\b|covers\b|reports\b|writes\b|teaches\b|edits\b
|joined\b|lives\b|can\ be\ reached|served\b)"""
_TRADE = r"""\b(?:reporter|editor|writer|journalist|columnist|author|producer|professor
|correspondent|contributor|contributing|host|fellow|analyst|intern|novelist|photographer
|economist|critic
|graduate|covers|writes|reports|newsroom|desk|byline|on\ twitter|follow\ (?:him|her|them))\b
|@\w"""


def _pattern(text: str, flags: re.RegexFlag = re.IGNORECASE) -> re.Pattern[str]:
    """Line breaks in `text` are ours; a space it means is escaped or in a class."""
    return re.compile(text, flags | re.VERBOSE)


def _plain(text: str, flags: re.RegexFlag = re.IGNORECASE) -> re.Pattern[str]:
    return re.compile(text, flags)


@dataclass(frozen=True, eq=False)  # tables are told apart by which they are: hashed at once
class Cues:
    """What marks a line as what; `dataclasses.replace` makes a publisher's own table."""

    #: Whole lines that are controls, sections or networks (casefolded, without signs and counts).
    chrome: frozenset[str]
    #: Lines that are the page's furniture whatever else they say.
    furniture: re.Pattern[str]
    #: Entries of a page's foot that are too long for a list.
    legal: re.Pattern[str]
    #: A line that announces other articles; with a colon they may follow on the same line.
    cue: re.Pattern[str]
    cue_with_teaser: re.Pattern[str]
    #: A heading of a plea to the reader; what asks within one; what asks standing alone.
    appeal: re.Pattern[str]
    ask: re.Pattern[str]
    plea: re.Pattern[str]
    #: Words that speak to the reader, without which a plea is reported speech.
    reader: re.Pattern[str]
    #: What a box that asks ends with: its field and its button.
    button: re.Pattern[str]
    postscript: re.Pattern[str]
    correction: re.Pattern[str]
    byline: re.Pattern[str]
    dateline: re.Pattern[str]
    #: 'PORT ANSEL (Calder Wire) —' with nothing behind it.
    place: re.Pattern[str]
    tags: re.Pattern[str]
    hashtags: re.Pattern[str]
    comments: re.Pattern[str]
    caption: re.Pattern[str]
    #: The heading of a list at an article's head that sums it up.
    points: re.Pattern[str]
    #: The heading of a poll.
    poll: re.Pattern[str]
    #: Poll answers: 'Yes: 97% (123 votes)'.
    choice: re.Pattern[str]
    #: 'Ann “Kit” Lee has worked …'; a trade makes a bio of it where no byline says who wrote.
    bio: re.Pattern[str]
    trade: re.Pattern[str]
    about: re.Pattern[str]
    #: What a word of an element's class or id says of what stands in it; earlier rows count first.
    markup: tuple[tuple[str, frozenset[str]], ...] = ()
    #: Lines that recur on a publisher's pages (packs.py), by `line_page.line_key`, and those
    #: of which a person says what they are, whatever the rules say.
    lines: Mapping[str, str] = field(default_factory=dict)
    told: Mapping[str, str] = field(default_factory=dict)


CUES = Cues(
    chrome=frozenset(word.strip() for word in _CHROME.split("|")),
    furniture=_plain(
        r"^(?:©|\(c\)|copyright\b)|all rights reserved|^\d+ min(?:ute)?s?(?: read)?$"
        r"|^(?:estimated )?reading time|^skip to |^published in\b|^share (?:on|via|to)\b.{0,20}$"
        r"|^\d[\d.,]*k? (?:shares?|views?|likes?|comments?)$|^follow \w+ on\b"
        r"|^log ?in\b|^click here\b"
        r"|^please (?:enter|refresh|log in|enable|sign in)\b|^share on\b"
        r"|\bcookies?\b.{0,60}\b(?:accept|consent|policy)|^listen to this"
        r"|^comments are closed|^(?:photo|image) \d+ of \d+$"
    ),
    legal=_plain(
        r"\b(?:privacy|copyright|find us on|letters? to the editor|careers"
        r"|terms (?:of|and|&)|cookies?|disclaimers?|polic(?:y|ies)|rights reserved|site ?map"
        r"|(?:do not|don't) (?:rent or )?sell|personal information|advertis(?:e|ing|er)"
        r"|contact us|about us|accessibility|licen[cs]ing|opens new tab|skip to)\b"
    ),
    cue=_pattern(rf"^{_MARK}{_CUE}\s*[:»→…]*$"),
    cue_with_teaser=_pattern(rf"^({_MARK}{_CUE}\s*:)\s*\S"),
    appeal=_pattern(_APPEAL),
    ask=_pattern(_ASK),
    plea=_pattern(_PLEA),
    reader=_plain(
        r"\b(?:you|your|yours|(?-i:us)|our|we|please|now|today)\b|^\W*\w+ (?:it|this|up)\b"
    ),
    button=_plain(
        r"^(?:(?:your|enter your)? ?e-?mail(?: address)?"
        r"|(?:sign (?:me )?up|subscribe|donate|join|i'm in|submit|get started|get in touch"
        r"|become a member)\b.{0,15})$"
    ),
    postscript=_plain(r"^p\.?\s?s\.?\b"),
    correction=_plain(
        r"^(?:corrections?(?: and clarifications?| notice| policy)?|clarifications?)\b"
        r"(?:,[^.:]{0,30})?\s*(?:[:.–—-]|$)"
        r"|^(?:submit|suggest|request|report) an? (?:correction|error|typo)"
        r"|^(?:truth|fairness)? ?(?:and )?accuracy$|^our (?:editorial )?standards$"
        r"|(?:read|see) our (?:editorial )?standards"
        r"|^we(?: are|'re) committed to (?:truth|accuracy)"
        r"|an earlier version of (?:this|the) (?:article|story|column|report|page|headline)"
        r"|^this (?:article|story|post|page|column) (?:has been|was) (?:updated|corrected|amended"
        r"|(?:produced|reported|supported|funded|co-?published)\b)"
        r"|^this (?:article|story|piece) is (?:an?|part of a) (?:\w+ )?(?:joint |partner)"
        r"|^to (?:submit|suggest|request|report) an? (?:correction|error)|^our standards\b"
        r"|^editor'?s'? note\b"
    ),
    byline=re.compile(
        rf"^(?:(?:[Bb][Yy]|(?:[Ww]ords|[Ww]ritten|[Rr]eport(?:ed|ing)) by|[Vv]on|[Pp]ar|[Pp]or)\s+"
        rf"{_NAME}"
        rf"|{_NAME}(?: {_NAME}){{1,2}} in {_NAME}(?: {_NAME})?$)"
    ),
    dateline=_plain(
        r"^(?:(?:first )?(?:published|posted|updated|last (?:updated|modified))\b.{0,90}\d"
        r"(?: ?[ap]m)?(?: \w{2,4})?"
        rf"|(?:{_DAY},? )?\d{{1,2}}(?:st|nd|rd|th)? {_MONTH},? \d{{4}}\b.{{0,40}}"
        rf"|(?:{_DAY},? )?{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}\b.{{0,40}}"
        rf"|\d{{4}}-\d\d-\d\d\b.{{0,30}}|\d{{1,2}}[./]\d{{1,2}}[./]\d{{2,4}}\b.{{0,30}}"
        rf"|\d+ (?:minutes?|hours?|days?|weeks?) ago.{{0,20}})\s*$"
    ),
    place=_plain(r"^[A-ZÀ-Þ][\w.'’ ,/-]{1,40}(?:\s*\([^)]{2,40}\))?\s*[—–-]{1,2}$", re.NOFLAG),
    tags=_plain(
        r"^(?:tags?|topics?|filed under|keywords|categor(?:y|ies)|tagged(?: with)?"
        r"|more (?:on|about)|(?:explore )?more on these topics|(?:related|story|article) topics"
        r"|topics in this \w+)"
        r"\s*(?::|$)"
    ),
    hashtags=_plain(r"^(?:#\w+[\s,]*)+$"),
    comments=_plain(
        r"^(?:(?:join the |reader )?(?:conversation|discussion|comments?)|leave a (?:comment|reply)"
        r"|(?:view |show |see )?(?:all )?\d[\d,.]* comments?|what do you think\?|post a comment"
        r"|(?:click to |read more and )*(?:view|show|see|load) comments)\s*(?:\(?\d*\)?)\s*:?$"
    ),
    caption=_plain(
        r"^(?:photo|picture|image|illustration|graphic|credit|caption|file photo)s?(?: credit)?"
        r"\s*(?::|by\b)|(?:photo|picture|image|illustration|credit|graphic)s?"
        r"(?: by|:|/) ?[A-Z][^.!?]*\.?$"
        r"|\([^()]*(?:photo|getty|reuters|shutterstock|screenshot|image|picture|courtesy)[^()]*\)\.?$"
        r"|(?:[|/(]|\bvia|\bcourtesy(?: of)?) ?(?:getty(?: images)?|afp|reuters|shutterstock"
        r"|bloomberg|ap(?: photo)?|associated press)\)?$"
    ),
    points=_plain(r"^(?:key (?:points|takeaways|facts)|at a glance|in brief|takeaways)\W*$"),
    poll=_plain(
        r"^(?:(?:reader|quick|today's|daily|our|weekly)? ?polls?|question of the (?:day|week)"
        r"|(?:take|vote in) (?:our|the|this) poll|have your say|cast your vote)\b\W*$"
    ),
    choice=_plain(r"^(?:yes|no|not sure|unsure|undecided|vote)\b[^.!?]{0,30}$"),
    bio=_pattern(
        rf"^(?:(?-i:{_NAME})(?:\ (?:[“\"‘'(][^\s]+[”\"’')]|(?-i:{_NAME}|de|van|von|der|la|Ó)))"
        rf"{{1,4}}"
        rf"|the\ (?:writer|author)),?\ {_BIO}"
    ),
    trade=_pattern(_TRADE),
    about=_plain(r"^(?:about|contact|meet) the (?:author|writer|reporter)s?:?$"),
)

_MARKUP = """
comments: comments comment disqus respond conversation commentlist coral
correction: correction corrections clarification
solicitation: newsletter newsletters subscribe subscription membership donate donation donations
  petition appeal signup sign-up support-us contribute fundraising supporter
related: related recommended recommendations recirc recirculation trending read-more readmore
  more-stories popular most-read mostread outbrain taboola see-also read-next inread
bio: bio author-box authorbox about-author author-bio author-info author-card author-about
tags: tags taglist tag-list topics keywords tags-links post-tags tag-links
chrome: nav navbar navigation menu breadcrumb breadcrumbs crumbs share sharing sharedaddy social
  ad ads advert advertisement sponsored cookie cookies consent toolbar skip skip-link masthead
  site-footer page-footer global-footer foot colophon site-info copyright kicker cat-links
  pagination login search gdpr
caption: caption figcaption credit photo-credit image-credit wp-caption-text
deck: deck dek key-points keypoints key-takeaways takeaways standfirst
  subtitle subheadline sub-headline strapline
byline: byline bylines author authors by contributor contributors
dateline: dateline date timestamp pubdate datetime when posted-on publish-date
quote: pullquote pull-quote blockquote
poll: poll
"""
#: What a word of an element's class or id says of what stands in it; pairs ('author-box') are
#: looked up before single words, earlier rows before later ones.
MARKUP: tuple[tuple[str, frozenset[str]], ...] = tuple(
    (kind, frozenset(words.split()))
    for kind, words in re.findall(r"^(\w+):((?:.|\n )*)", _MARKUP, re.MULTILINE)
)

CUES = replace(CUES, markup=MARKUP)


def with_cues(table: Cues, words: Iterable[str]) -> Cues:
    """Return the table with more words that announce other articles; taken letter by letter."""
    own = "|".join(re.escape(_SPACE.sub(" ", word).strip().rstrip(":")) for word in words)
    return replace(
        table,
        cue=_pattern(rf"^{_MARK}(?:{_CUE}|{own})\s*[:»→…]*$"),
        cue_with_teaser=_pattern(rf"^({_MARK}(?:{_CUE}|{own})\s*:)\s*\S"),
    )


#: Class words that hide an element from eyes (text for screen readers).
HIDDEN = frozenset(
    ("screen-reader-text", "sr-only", "visually-hidden", "visuallyhidden", "screen-reader")
)
