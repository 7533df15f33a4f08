"""Is this how Vietnamese is spelled? Beginning, rhyme and tone of a syllable."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from bot.people.policy.lists.words import ONE_D, TONES

_BEGINNINGS = "ngh ng gh gi kh nh ph qu th tr ch b c d đ g h k l m n p r s t v x".split()  # the longer ones first
_RHYMES = frozenset(
    """
    a ac ach ai ak am an ang anh ao ap at au ay ăc ăk ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây
    e ec em en eng eo ep et ê êch êm ên ênh êp êt êu i ia ich im in inh ip it iu iê iêc iêm iên iêng iêp iêt iêu
    o oc oi om on ong op ot ooc oong
    oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oe oen oeo oet
    ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt
    u ua uc ui um un ung up ut uôc uôi uôm uôn uông uôt uê uêch uênh uêt uơ uy uya uych uynh uyt uyên uyêt uyp uyu
    uân uâng uât uây ư ưa ưc ưi ưng ưu ưt ưm ươc ươi ươm ươn ương ươp ươt ươu y ych ynh yt yêm yên yêng yêt yêu
    """.split()
)
_STOPPED = ("c", "ch", "p", "t")
_STOPPED_TONES = ("", "\u0301", "\u0323")  # "" where the tone is not written at all
_FALLING = frozenset(  # rhymes whose last letter bears no tone
    "ai ao au ay âu ây eo êu ia iu iêu oi oai oao oay ôi ơi ua ui uôi uây ưa ưi ưu ươi ươu yêu".split()
)
_WORD = re.compile(r"[^\W\d_]+")


@lru_cache(maxsize=65_536)
def is_syllable(word: str) -> bool:
    """Whether a word of letters can be Vietnamese; minorities' names ("K'Brê", "Niê") need not be."""
    letters = unicodedata.normalize("NFD", word.translate(ONE_D).casefold())
    tones = [each for each in letters if each in TONES]
    bare = unicodedata.normalize("NFC", "".join(each for each in letters if each not in TONES))
    if len(tones) > 1:
        return False
    tone = tones[0] if tones else ""
    on_last = letters[-1:] in TONES
    return any(
        bare.startswith(begin) and _fits(begin, bare[len(begin) :], tone, on_last=on_last)
        for begin in (*_BEGINNINGS, "")
    )


def _fits(begin: str, rhyme: str, tone: str, *, on_last: bool) -> bool:
    if begin == "gi" and (not rhyme or "i" + rhyme in _RHYMES):
        return True
    if rhyme not in _RHYMES or (on_last and rhyme in _FALLING):
        return False
    return not (rhyme.endswith(_STOPPED) and tone not in _STOPPED_TONES)


def soundness(text: str) -> tuple[int, int]:
    """(words with a mark that are Vietnamese syllables, all words with anything beyond ASCII).

    A sign that is no letter (¸, ®, ») belongs to the word around it and makes it unsound.
    """
    words = [word for word in re.split(r"[\s,.;:/()\-–'’“”\"|0-9]+", text) if word and not word.isascii()]
    return sum(bool(_WORD.fullmatch(word)) and is_syllable(word) for word in words), len(words)
