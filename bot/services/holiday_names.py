"""Japanese renderings of Australian holidays, and what the closing over the New Year is called.

Reference renderings, in use in Japanese pages of Australian missions; none of them is official.
"""

YEAR_END_EN = "New Year closing of government offices"
YEAR_END_JA = "行政機関の年末年始の休日"

IN_JAPANESE = {
    "New Year's Day": "元日",
    "Australia Day": "オーストラリア・デー",
    "Canberra Day": "キャンベラ・デー",
    "Good Friday": "聖金曜日",
    "Easter Saturday": "聖土曜日",
    "Easter Sunday": "復活祭",
    "Easter Monday": "復活祭翌日の月曜日",
    "ANZAC Day": "アンザック・デー",
    "Reconciliation Day": "和解の日",
    "King's Birthday": "国王誕生日",
    "Labour Day": "労働者の日",
    "Christmas Day": "クリスマス",
    "Boxing Day": "ボクシング・デー",
}
