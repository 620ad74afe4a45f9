"""Errors of requests, with their HTTP statuses. Know nothing of how they are answered."""

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
