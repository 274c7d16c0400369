"""Capitalised English words that are no names; in other languages they change nothing."""

from __future__ import annotations

#: What stands between two words of one name.
BETWEEN = (" ", " & ")
#: What stands behind a plural that owns the next word.
OWNERS = ("’ ", "' ")
#: Days and months.
TIMES = frozenset(
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May June"
    " July August September October November December Christmas Easter".split()
)
#: What people are called before their names.
TITLES = frozenset(
    "President Vice-President Minister Premier Chancellor Governor Mayor Councillor Councilman"
    " Councilwoman Senator Representative Deputy Secretary Ambassador Judge Justice Sheriff Chief"
    " Commissioner Inspector Superintendent Captain Colonel General Lieutenant Major Sergeant"
    " Professor Dr Doctor Mr Mrs Ms Miss Sir Dame Lord Lady King Queen Prince Princess Pope Bishop"
    " Archbishop Cardinal Rabbi Imam Father Sister Reverend Chairman Chairwoman Director Speaker"
    " Leader".split()
)
#: What begins sentences and is no part of the name that follows.
STARTERS = frozenset(
    "A About According Across After Against All Also Although Among An And Another Any Anyone Are"
    " As Asked At Because Become Before Behind Below Beside Besides Between Both But By Can Could"
    " Critics Dear Despite Did Do Does Done During Each Earlier Either Else Even Ever Every"
    " Everyone Few Fewer Finally First For Former From Go Had Has Have He Her Here Hers Him His How"
    " However I If In Inside Instead Into Is It Its Join Just Last Later Least Less Let Like Look"
    " Many Meanwhile Might More Moreover Most Much Must My Near Neither Never Nevertheless Next No"
    " Nobody None Nor Not Nothing Now Of On Once One Only Or Other Others Our Out Outside Over Own"
    " Perhaps Please Read Related Same Say She Should Since So Some Someone Soon Still Such That"
    " The Their Them Then There These They This Those Three Though Through Thus To Today Tomorrow"
    " Too Trending Two Under Unless Until Up Us Was We Were What Whatever When Where Whether Which"
    " While Who Whoever Whose Why Will With Within Without Would Yes Yesterday Yet You Your".split()
)
