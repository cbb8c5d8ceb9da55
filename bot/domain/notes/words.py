"""The words by which a note tells what is to be done from what was said, is done, or may be.

Each list is closed and read as data; a word that is in none of them decides nothing.
"""

from __future__ import annotations

import re


def _words(typed: str) -> frozenset[str]:
    return frozenset(typed.split())


# What an official of a partnership does to something: a line may begin with one of these.
VERBS = _words(
    "accept add address adjust advise agree align amend analyse analyze announce answer appoint"
    " approach approve arrange ascertain assess assign assist attach attend book brief bring build"
    " calculate call cancel carry chair chase check circulate clarify clear close co-chair co-draft"
    " co-host co-sponsor collate collect come comment compare compile complete confer confirm"
    " connect"
    " consider consolidate consult contact contribute convene convert coordinate co-ordinate"
    " correct"
    " create debrief decide define deliver demonstrate deploy design designate determine develop"
    " discuss disseminate distribute document draft draw email engage ensure establish evaluate"
    " examine exchange explore extend facilitate feed file fill finalise finalize find fix flag"
    " follow"
    " forward gather get give go hold host identify implement inform initiate insert invite issue"
    " keep lead liaise list locate look maintain make map meet monitor move negotiate nominate note"
    " notify obtain open order organise organize pass phone pick plan post prepare present print"
    " prioritise progress propose provide publish put pursue query raise reach reconfirm reconcile"
    " record redraft refer refine register relay remind remove rename replace reply report request"
    " research reschedule reserve resolve respond resubmit retest return revert review revise ring"
    " run scan schedule scope screen secure seek select send set settle share sign simplify sort"
    " speak sponsor start stocktake submit suggest summarise summarize supply support survey table"
    " take talk task tell test think tidy track train transcribe translate trial try update upload"
    " verify view visit walk write fwd"
)

# With these no task is given: a state, a habit, the language of communiqués.
STATES = _words(
    "be been have has had remain become date seem appear exist include like know understand believe"
    " hope benefit matter depend welcome appreciate value face not never likely enter take-effect"
)
PROSE = _words(
    "continue work cooperate co-operate collaborate strengthen deepen enhance promote remain uphold"
    " further stand redouble reaffirm intensify foster advance endeavour strive build expand"
    " respect"
)
_NO_VERB = _words(
    "the a an its our their his her this that these those and or in on of at me us you all both"
    " each"
    " everyone everybody which whom what who date be being been some any no for from with by as per"
)

WILL = re.compile(
    r"\s*,?\s*(?:to|2(?=\s+[a-z])|will|'ll|shall|must|should|needs?\s+to|(?:is|are)\s+to|ha(?:s"
    r"|ve)\s+to"
    r"|(?:will|to)\s+(?:also|then|now|each|both|jointly|urgently)"
    r"|(?:ha(?:s|ve)\s+)?(?:agreed|agrees?|undertakes?|undertook|undertaken|committed|offered"
    r"|volunteered|promised)\s+to"
    r"|(?:(?:is|are|was|were|be)\s+)?(?:requested|asked|tasked|directed|invited|instructed)\s+to"
    r"|took\s+(?:an?|the)\s+action\s+to|(?:has|have)\s+(?:an?|the)\s+action\s+to"
    r"|takes?\s+(?:an?|the)?\s*action\s+to|would)(?![A-Za-z])\s*,?\s*",
    re.IGNORECASE,
)
PLEASE = re.compile(
    r"\s*[,:]?\s*(?:please|pls|plz|kindly|grateful\s+if\s+you\s+could)\b\s*[,:]?\s*", re.IGNORECASE
)
PLEASE_LAST = re.compile(
    r"[,、]?\s*(?:(?<![A-Za-z])(?:please|pls|plz|thanks|thank\s+you|ta|cheers)|"
    r"(?:[をの]|\s)?(?:どうぞ)?(?:よろしく)?(?:お願い|おねがい|御願い)(?:し(?:ます"
    r"|たい(?:です)?)|いた(?:し)?ます|致します|申し上げます|です)?|願います|よろしく)"
    r"[!！.。\s🙏🙇]*$",
    re.IGNORECASE,
)
_ADVERBS = re.compile(
    r"(?:also|then|now|each|both|jointly|urgently|promptly|quickly|please|pls|further|first"
    r"|next)\s+",
    re.IGNORECASE,
)

EMPTY = re.compile(
    r"(?:t\.?b\.?[acd]\.?|none(?:\s.*)?|n/?a|nil|nothing(?:\s.*)?"
    r"|no\s+(?:further\s+)?actions?.*|see\s+(?:above|below)|as\s+(?:above|discussed)"
    r"|ditto|same|noted?|[-–—.?…*]+|to\s+be\s+(?:confirmed|decided|determined|advised)|未定"
    r"|(?:特に)?(?:なし|無し|無)(?:です)?"
    r"|特になし|不要|同上|上記(?:の?とおり|参照)?|調整中|検討中|対応中|確認中|後日|別途|済み?"
    r"|完了|continued?|ongoing|pending)[。.!\s]*",
    re.IGNORECASE,
)
NO_ACTION = re.compile(
    r"\b(?:no|without)\s+(?:(?:further|new|specific|immediate)\s+)?(?:action"
    r"|follow[\s-]?up)s?\b(?!\s+(?:plan|item\s+list))"
    r"|\bnothing\s+(?:further\s+)?(?:to\s+do|required|needed)\b|\bnot\s+(?:required|needed"
    r"|necessary)\b"
    r"|\bno\s+longer\b|\bon\s+hold\b|\bovertaken\s+by\b"
    r"|対応(?:は|の必要)?(?:不要|なし|無し|済|しない|せず)|(?:対応|追加の対応|宿題"
    r"|アクション)(?:事項)?は(?:特に)?(?:なし|ない|ありません|不要)"
    r"|特に(?:なし|無し|ない|ありません)|不要(?:です|とする|となった|とのこと)?[。)\s]*$"
    r"|必要(?:は)?(?:ない|なし|ありません)",
    re.IGNORECASE,
)
DONE = re.compile(
    r"(?:^|[-–—:;,.(\[=>→|]|\s{2,}|^\s*)\s*(?:already\s+)?(?:all\s+|now\s+|is\s+)?(?:done"
    r"|completed?|closed|cancell?ed|withdrawn|superseded|finished|obe|sent|resolved)"
    r"(?:\s+(?:on\s+)?[\d/]+(?:\s+\w+)?|\s+today|\s+yesterday)?\s*[)\].!]*\s*$"
    r"|\b(?:has|have|was|were|is|are)\s+(?:been\s+|already\s+|now\s+)*(?:done|completed?|closed"
    r"|cancell?ed|circulated|sent|received|provided|shared|issued|published)\b"
    r"|\balready\s+(?:\w+ed|sent|done)\b"
    r"|(?:済み?|ずみ)(?:です|。|\)|】|\s|$)|(?:[-–—:(\[→、,\s]|は|^)(?:完了|終了|中止|取り?消し"
    r"|取り?下げ|対応完了|クローズ)(?:です|しました|した|済み?)?[)\].。】\s]*$"
    r"|完了(?:しました|した|済み?|しています|しております)|しました[。!)\s]*$",
    re.IGNORECASE,
)
MAYBE = re.compile(
    r"^(?:perhaps|maybe|possibly|tentatively|potentially|ideally|if\s+\w+|might|should\s+we"
    r"|could|suggest(?:ion)?|idea)\b"
    r"|\?\s*\(?tb[acd]\b|\b(?:perhaps|maybe|possibly|tentatively|not\s+sure|to\s+be\s+decided"
    r"|if\s+(?:possible|approved|agreed|needed|necessary|required|time\s+permits))\b"
    r"|かもしれ(?:ない|ません)|可能性|検討中|調整中|未定|(?:し|り|き|え|い|め|け)たい(?:と|。|$"
    r"|旨|意向|です|考え)|意向|見込み|見通し|方向(?:で|性)|模様"
    r"|おそらく|恐らく|たぶん|場合(?:は|には|に)|だろう|でしょう|べきか|案もある|望ましい|余地"
    r"|想定|つもり|期待",
    re.IGNORECASE,
)
MAYBE_DOES = re.compile(
    r"\s*,?\s*(?:may|might|could|would\s+like|would\s+be|hopes?|wants?|wishes|plans?|intends?"
    r"|expects?|aims?|is\s+(?:considering|looking|thinking|planning|hoping)"
    r"|are\s+(?:considering|looking|thinking|planning|hoping)|(?:is|are)\s+(?:likely|expected"
    r"|able|ready|willing)|can)\b",
    re.IGNORECASE,
)
REPORTED = re.compile(
    r"(?:とのこと|との由|由|旨)(?:です|でした|であった|だった)?[。.\s]*$|とのこと|との(?:説明"
    r"|発言|報告|指摘|認識|回答|紹介|意見|コメント|見解|考え|連絡)"
    r"|と(?:述べ|説明し|発言し|指摘し|報告し|回答し|言及し|応じ|答え|強調し|紹介し|いう|言っ)"
    r"|\b(?:said|noted|stated|mentioned|reported|explained|advised|indicated|remarked|observed"
    r"|understood)\s+(?:that|it|they)\b",
    re.IGNORECASE,
)
PAST_JA = re.compile(
    r"(?:した|された|なされた|あった|なった|行った|行われた|示された|述べた|った|いた|えた|めた"
    r"|けた|れた|ました|でした|ていた|ている|ています|であった|ており|中|見られた|だ|ない"
    r"|ません)[。.)\s]*$"
)
PAST = re.compile(
    r"\s*(?:has|have|had|was|were|is|are|did|does|gave|sent|made|took|held|met|said|told|led"
    r"|went|came|saw|brought|put|found|wrote|ran|\w{3,}ed)\b(?!\s+to\s)",
    re.IGNORECASE,
)
QUESTION = re.compile(
    r"[?？][)\s]*$|(?<!明ら)(?<!わず)(?<!静)(?<!確)(?<!豊)(?<!ほ)(?<!な)か[。\s]*$"
)

_TASK = (
    r"(?:(?:再|要|事前)?(?:確認|共有|送付|送信|作成|提出|更新|指定|連絡|調整|準備|回答|配布"
    r"|手配|照会|修正|登録|設定|翻訳|仮訳|周知|提示|提供|依頼|招待|予約|取り?まとめ|整理|選定"
    r"|選任|任命|指名"
    r"|検討|精査|点検|調査|集計|記入|返信|返送|返答|回付|展開|発出|発送|公表|公開|掲載|起案"
    r"|起草|追加|削除|反映|改訂|改定|更改|比較|分析|評価|協議|打診|申請|決裁|決定|署名|締結"
    r"|実施|開催|開設|設置|主催|対応"
    r"|フォロー(?:アップ)?|チェック|レビュー|アップデート|リマインド|アレンジ|セット|ドラフト"
    r"|コメント|アップロード|ヒアリング|たたき台|素案|手続き?|清書|校正|照合|突合|派遣|支援"
    r"|通知|告知|伝達|報告書?作成|案作成|確定|策定|補足|追記|転送|入力|撮影|印刷|保存|削減|追跡"
    r"|監視|検証|試験|テスト|視察|面会|差し?替え|洗い出し|すり合わせ|擦り合わせ|読み合わせ"
    r"|申し?入れ|問い?合わせ|引き?継ぎ|見直し|声かけ))"
)
TASK_NOUN_LAST = re.compile(rf"{_TASK}(?:を?お願い|方|案|願い?|のこと|要)?[。.!)\s]*$")
_RECORD = (
    r"(?:説明|報告|紹介|発言|言及|指摘|質問|表明|謝意|歓迎|発表|挨拶|冒頭発言|コメントあり"
    r"|提案あり|同意|賛同|支持|懸念|確認あり|応答|評価|プレゼン|ブリーフ|意見交換|議論|情報共有"
    r"|共有あり|情報提供|出席|参加|欠席|同席|来日|来豪|訪日|訪豪|訪問|開催)"
)
RECORD_NOUN_LAST = re.compile(rf"{_RECORD}(?:あり|が?あった|を?受けた|のみ)?[。.!)\s]*$")
DOES_JA = re.compile(
    r"(?:する|します|いたします|致します|すること(?:とする|となった|で合意|で一致)?"
    r"|してください|して下さい|してほしい|行う|行います|行うこと|送る|送ります|出す|出します"
    r"|返す|返します|まとめる|まとめます|進める|進めます"
    r"|詰める|探す|調べる|調べます|確かめる|整える|伝える|伝えます|知らせる|決める|決めます"
    r"|作る|作ります|書く|書きます|回す|つなぐ|設ける|開く|招く|見直す|差し替える|申し入れる"
    r"|問い合わせる|取り寄せる|立てる|挙げる|示す|渡す|届ける|配る|直す|集める|当たる|諮る"
    r"|ください|下さい|お願い(?:します|いたします|致します)?|願います|願う|こと|する予定|予定"
    r"|のうえ連絡|やる|やります|担当)[。.!)\s]*$"
)
PROSE_JA = re.compile(
    r"(?:連携|協力|強化|継続|推進|促進|深化|歓迎|期待|重視|尊重|支持|緊密|維持|発展"
    r"|拡大)(?:して(?:いく|まいる|ゆく)|を?する|を?図る|していきます|します)?(?:こと)?[。.\s]*$"
    r"|引き続き|していく|てまいる|[でに](?:一致|合意)(?:した)?[。.\s]*$"
)


def first_word(text: str) -> str:
    """The first word, without an adverb before it, in lower case; empty when it is no word."""
    found = re.match(r"[A-Za-z][A-Za-z'-]*", _ADVERBS.sub("", text, count=1))
    return found[0].casefold() if found else ""


def begins_with_verb(text: str) -> bool:
    """Whether the text begins as an order does: `circulate draft`."""
    return first_word(text) in VERBS


def may_be_done(text: str, *, prose: bool) -> bool:
    """Whether what follows `to` or `will` is something to be done; `prose`: said of whole sides."""
    word = first_word(text)
    if not word:
        return bool(text) and not text[0].isascii()
    if word in STATES or word in _NO_VERB or (prose and word in PROSE):
        return False
    return text[:1].islower() or text.isupper() or word in VERBS
