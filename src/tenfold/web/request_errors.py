"""Errors of requests, with their HTTP statuses. Know nothing of how they are answered.

RequestError               the request cannot be answered
├── BadUpload              a multipart body that cannot be read
├── BadInference           a request to /v2 that is not as the protocol or the model have it
├── NoPicture              a request without a picture
├── NoFile                 a request without the file that it is for
├── NotHere                an address that does not exist
├── WrongMethod            an address that takes another method
├── ForeignPage            sent by a page of another site
├── WrongHost              a Host header that is not this server's
├── UploadStalled          a body that stopped arriving
├── UploadTooLarge         more bytes or pictures than one request may hold
├── InvalidRequest         a parameter with a value that cannot be used
├── RequestFailed          a refusal that has no class of its own
└── Overloaded             no place for one more request now
"""

from tenfold.errors import TenfoldError
from tenfold.reasons import Reason


class RequestError(TenfoldError):
    code = "request-error"
    title = "The request cannot be answered"
    status = 400


class BadUpload(RequestError):
    code = "bad-upload"
    title = "The upload cannot be read"


class BadInference(RequestError):
    code = "bad-inference-request"
    title = "The inference request cannot be used"


class NoPicture(RequestError):
    code = "no-picture"
    title = "No picture in the request"


class ForeignPage(RequestError):
    code = "foreign-page"
    title = "Sent by a page of another site"
    status = 403


class NoFile(RequestError):
    code = "no-file"
    title = "No file in the request"


class NotHere(RequestError):
    code = "not-here"
    title = "Nothing at this address"
    status = 404


class WrongMethod(RequestError):
    code = "wrong-method"
    title = "The address takes another method"
    status = 405


class UploadStalled(RequestError):
    code = "upload-stalled"
    title = "The upload stopped arriving"
    status = 408


class UploadTooLarge(RequestError):
    code = "upload-too-large"
    title = "The upload is too large"
    status = 413


class WrongHost(RequestError):
    code = "wrong-host"
    title = "Not a name of this server"
    status = 421


class InvalidRequest(RequestError):
    code = "invalid-request"
    title = "A value in the request cannot be used"
    status = 422


class RequestFailed(RequestError):
    def __init__(self, status: int, detail: str, *, cure: str = "", reason: Reason = "") -> None:
        super().__init__("The request", "cannot be answered", received=detail, cure=cure, reason=reason)
        self.status = status


class Overloaded(RequestError):
    code = "overloaded"
    title = "Too much to do at this moment"
    status = 503
