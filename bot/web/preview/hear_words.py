"""What the tutor hears with, said in plain Vietnamese."""

from __future__ import annotations

from collections.abc import Mapping

KINDS = {"money": "tiền", "number": "số", "date": "ngày", "phone": "điện thoại"}

LEVELS = {
    "ring": "Chuông kêu: gọi người giúp ngay",
    "ask": "Hỏi lại một câu cho chắc",
    "quiet": "Yên: không có gì gấp",
}

ALARM_KINDS = {"die": "có ý không muốn sống", "hurt": "đang bị hại", "now": "đang có người giục, dụ"}

GROUPS = {
    "M": "Khởi động",
    "V": "Giấy tờ trên máy (VNeID)",
    "T": "Trả tiền bằng điện thoại",
    "L": "Tránh lừa đảo",
    "D": "Làm thủ tục trên mạng",
    "B": "Bán hàng trên mạng",
    "G": "Tin thật tin giả",
    "A": "Máy viết giúp (AI)",
}
"""First letter of an outline → what it is about, for lessons that are not written yet."""

SECRETS = {
    "citizen_id": "số căn cước",
    "passport": "số hộ chiếu",
    "insurance": "số bảo hiểm",
    "account": "số tài khoản",
    "otp": "mã OTP",
    "card": "số thẻ",
    "password": "mật khẩu",
}

COMMANDS: Mapping[str, str] = {
    "abilities": "hỏi làm được gì",
    "agree": "đồng ý lưu",
    "aloud": "nghe đọc",
    "apply": "xin làm người chỉ bài",
    "back": "quay lại",
    "bigger": "phóng chữ to",
    "certificate.ask": "xin giấy chứng nhận",
    "change_address": "đổi cách gọi",
    "change_language": "đổi tiếng",
    "change_name": "đổi tên",
    "crew.list": "xem học viên của tôi",
    "delete_data": "xóa dữ liệu",
    "download_data": "tải dữ liệu",
    "drills.area": "xem bài thử của địa bàn",
    "drills.mine": "xem điểm bài thử",
    "drills.pause": "tạm dừng bài thử của địa bàn",
    "drills.resume": "mở lại bài thử của địa bàn",
    "drills.start": "nhận bài thử tin lừa",
    "drills.stop": "thôi nhận bài thử",
    "figures.invite": "mời hội viên",
    "figures.targets": "xem chỉ tiêu",
    "go_on": "học tiếp",
    "human": "gặp người thật",
    "line.talk": "nhắn cho người chỉ, cán bộ",
    "line.report": "báo cáo người chỉ",
    "link": "nối máy khác",
    "lost_phone": "mất điện thoại",
    "meeting.begin": "họp chi hội",
    "meeting.roll": "điểm danh",
    "menu": "danh sách bài",
    "mistake": "nhắn lộn, không phải tôi",
    "unharmed": "không bị gì",
    "news.begin": "viết thông báo",
    "news.status": "xem thông báo",
    "news.stop": "dừng thông báo",
    "bell.ask": "bật hay tắt chuông",
    "offer.back": "nhận học viên lại",
    "offer.cancel": "bỏ yêu cầu",
    "offer.change": "đổi người chỉ",
    "offer.wish": "nhờ người chỉ",
    "other": "việc khác",
    "progress.show": "xem đường học",
    "progress.start": "nhận tin tuần",
    "progress.stop": "thôi nhận tin tuần",
    "progress.taught": "đã chỉ lại cho một người",
    "recording.begin": "thu tiếng bài học",
    "persons": "đổi người học",
    "post.list": "việc của cán bộ",
    "remind": "bật nhắc học",
    "repeat": "nói lại",
    "scam.ask": "hỏi một tin có lừa không",
    "self.show": "sửa thông tin của tôi",
    "self.split": "tách máy",
    "vouch.begin": "mã đổi máy",
    "desk.ask": "vào bàn làm việc",
    "given.list": "mã đã phát",
    "show_data": "xem dữ liệu của tôi",
    "silence": "đừng nhắn nữa",
    "stop": "nghỉ",
    "teach": "việc chỉ bài",
    "thanks": "cảm ơn",
    "withdraw": "rút đồng ý",
}

DEEDS: Mapping[str, str] = {
    "again": "nói lại câu đang hỏi",
    "answer": "trả lời câu hỏi, rồi hỏi lại chỗ đang học",
    "ask": "hỏi lại cho chắc là ý nào",
    "back": "quay lại",
    "done": "xong việc, đi tiếp",
    "emergency": "mở bài gấp và gọi người giúp",
    "hint": "gợi ý thêm",
    "human": "gọi người thật",
    "later": "để sau, hẹn nhắc",
    "menu": "đưa danh sách bài",
    "next": "đi tiếp",
    "not_understood": "nói là chưa hiểu",
    "right": "tính là trả lời đúng",
    "smalltalk": "đáp một câu thân tình",
    "stop": "cho nghỉ",
    "wrong": "tính là trả lời chưa đúng",
}
