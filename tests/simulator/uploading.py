"""How a phone with our app sends photographs: tus, piece by piece, sealed or in clear."""

from __future__ import annotations

import base64

from tests.sealed import seal_file
from tests.simulator.outbox import BASE, Outbox, Refused
from tests.simulator.phones import Photo

TUS = {"Tus-Resumable": "1.0.0"}


class Uploading(Outbox):
    def _upload(self) -> None:
        wanted = {item.photo.sha256: item.photo for item in self.items if item.photo and item.photo.state == "wanted"}
        for sha256, photo in wanted.items():
            sealed = next((item.sealed for item in self.items if item.photo is photo and item.sealed), None)
            if sealed and photo.wire is None and self.public_key and photo.upload is None:
                photo.wire, photo.key_id = seal_file(self.public_key, sha256, photo.data), self.public_key["keyId"]
            self._send_photo(photo)
            for item in self.items:
                if item.photo and item.photo.sha256 == sha256:
                    item.photo.state = "present"
            self.log.add("uploaded", device=self.name, sha256=sha256)

    def _send_photo(self, photo: Photo) -> None:
        data = photo.wire or photo.data
        metadata = f"sha256 {_word(photo.sha256)},contentType {_word('image/jpeg')}"
        if photo.wire is not None:
            metadata += f",keyId {_word(photo.key_id)}"
        offset = None
        if photo.upload is not None:
            try:
                answer = self._ask("HEAD", photo.upload, headers=TUS)
                offset = int(answer.headers["Upload-Offset"])
            except Refused:
                photo.upload = None
        if photo.upload is None:
            answer = self._ask(
                "POST", f"{BASE}/attachments",
                headers={**TUS, "Upload-Length": str(len(data)), "Upload-Metadata": metadata},
            )
            photo.upload, offset = answer.headers["Location"], int(answer.headers["Upload-Offset"])
        piece = self.chance.choice((3, 100, 4096)) if len(data) < 20 else self.chance.choice((100, 4096))
        while offset is not None and offset < len(data):
            answer = self._ask(
                "PATCH", photo.upload, data=data[offset : offset + piece],
                headers={**TUS, "Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"},
            )
            offset = int(answer.headers["Upload-Offset"])


def _word(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
