"""What an editor's program says of the head of a lesson and of what every step has, in Vietnamese.

What it says of a kind stands in the kind. A test holds that each key of the reader has its words and that no words are
left over.
"""

from __future__ import annotations

from collections.abc import Mapping

from flows.engine.kinds.words import SAID_AS, KindWords
from flows.profiles import PROFILES

WRONG_TEXT = "Viết một câu, đặt trong dấu ngoặc kép."
WRONG_LIST = "Viết một danh sách, mỗi dòng bắt đầu bằng dấu -."
WRONG_SOURCES = "Viết danh sách mã nguồn, ví dụ [S84], hoặc none."
WRONG_DURATION = "Viết 30m (phút), 2h (giờ) hoặc 1d (ngày)."
WRONG_DAY = "Viết năm-tháng-ngày, ví dụ 2026-01-31."
WRONG_MOMENT = "Viết giờ 20:00, ngày 2026-12-24, hoặc cả hai 2026-12-24 08:00."

STEP_ID_WORDS = "Sau dấu hai chấm là mã bước: chữ thường không dấu, số, gạch dưới; có người học rồi thì không đổi nữa."

HEAD_WORDS = KindWords(
    about="Một bài học của Cầm Tay",
    snippet={},
    keys={
        "lesson": "Mã bài — chữ thường không dấu, số, gạch nối. Có người học rồi thì không đổi nữa.",
        "title": "Tên bài — hiện trong danh sách bài.",
        "track": "Nhóm bài — mã nhóm có trong lessons/tracks.yaml.",
        "order": "Thứ tự trong nhóm — số nhỏ đứng trước.",
        "minutes": "Học trơn mấy phút — làm tròn lên, như ./camtay test-lessons tính; từ 1 đến 120.",
        "level": "Mức khó — từ 1 (dễ) đến 5.",
        "lang": "Tiếng gốc của bài — không ghi thì là vi.",
        "langs": "Các tiếng của bài — tiếng nào ghi ở đây thì phải có bản dịch đủ: po/<tiếng>.po.",
        "channels": "Kênh dạy bài này — không ghi thì kênh nào cũng dạy.",
        "owner": "Người soạn — người chịu trách nhiệm về bài.",
        "reviewed_on": "Ngày rà lại — ngày có người đọc lại, kiểm lại: năm-tháng-ngày.",
        "prerequisites": "Bài cần học trước — danh sách mã bài.",
        "mastery": "Thế nào là đạt — đúng mấy câu, và khi nào ôn lại.",
        "mastery.pass": "Đúng mấy câu là đạt — không nhiều hơn số câu hỏi trên mọi đường đi.",
        "mastery.review_after": "Ôn lại sớm nhất sau — ví dụ [2d, 7d]: lần đầu 2 ngày, lần nhì 7 ngày; "
        "máy tính ngày theo trí nhớ. Không ghi: không ôn.",
        "guards": "Lời canh chừng — học viên nói lời này ở đâu cũng được dẫn sang bước go.",
        "guards.words": "Lời — các câu học viên hay nói, không cần dấu cho đúng.",
        "guards.pattern": "Lời có chỗ trống — dấu … thay cho vài chữ, dấu / là hoặc.",
        "guards.go": "Sang bước — mã bước để dẫn tới.",
        "guards.severity": "Mức gấp — ghi high: việc khẩn; low: chuyện thường.",
        "sources": "Nguồn — của bài cũ; bài mới ghi src ở từng bước.",
        "emergency": "Bài khẩn — chỉ một bài được ghi true: mở ngay khi học viên bị lừa.",
        "print": "Tờ in nửa trang — không ghi thì lấy từ các việc làm và câu cuối bài.",
        "print.title": "Tên tờ — không ghi thì là tên bài.",
        "print.steps": "Các việc — mỗi việc một dòng, máy tự đánh số.",
        "print.fill": "Chỗ ghi tay — mỗi mục một dòng chấm để điền bằng bút.",
        "print.remember": "Câu nhớ — in đậm trong khung.",
        "steps": "Các bước — đi từ trên xuống, trừ khi next chỉ chỗ khác.",
    },
    enums={
        "channels": {profile.id: profile.about for profile in PROFILES},
        "guards.severity": {"high": "Việc khẩn.", "low": "Chuyện thường, như quên mật khẩu."},
    },
)

STEP_KEYS: Mapping[str, str] = {
    "text": f"Lời nói — một tin ngắn, {SAID_AS}",
    "next": "Bước sau — mã bước đi tiếp; không ghi thì xuống bước kế.",
    "checkpoint": "Chỗ nghỉ — bài có sửa thì học viên quay về đây.",
    "when": "Chỉ khi — điều kiện để có bước này, ví dụ: score >= 2 and muc == 'co'.",
    "was": "Mã cũ — bước đổi mã thì ghi mã trước đây, để ai đang học khỏi lạc.",
    "tags": "Nhãn — ghi chú cho người soạn, học viên không thấy.",
    "src": "Nguồn — mã nguồn trong lessons/sources.yaml cho mọi lời của bước; chỉ chào hỏi, động viên thì ghi none.",
    "voice": "Giọng đọc — tệp ghi âm của lời này.",
    "voice.file": "Tệp ghi âm — nằm trong thư mục media của bài.",
    "voice.spoken": "Lời trong băng — khi băng nói khác chữ: băng không đổi được chín cách xưng hô.",
    "image": "Ảnh — một ảnh kèm lời này.",
    "image.src": "Tệp ảnh — nằm trong thư mục media của bài.",
    "image.scene": "Màn hình tập — tên một hình vẽ trong lessons/scenes, thay cho tệp ảnh.",
    "image.ring": "Vòng đỏ — mã của thứ được khoanh trên màn hình tập.",
    "image.alt": "Lời tả ảnh — cho người không xem được ảnh.",
    "video": "Video — một đoạn phim kèm lời này.",
    "video.src": "Tệp video — nằm trong thư mục media của bài.",
    "video.alt": "Lời tả video — cho người không xem được.",
}
"""Key → "short name — what to write"."""
