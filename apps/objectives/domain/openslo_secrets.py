"""Which keys of a file promise a secret, in whatever spelling: what stands under them is never taken in. Pure."""

import re
import unicodedata

# Anywhere in a key, its words joined: clientsecret, ACCESS_TOKEN, x-bearer-value.
_ANYWHERE = (
    "token", "secret", "password", "passwd", "passphrase", "passcode", "credential", "authorization", "bearer",
    "connectiondetails", "connectionstring", "cookie", "apikey",
)  # fmt: skip
# A word of a key, told from its neighbours by case or by a sign: api_key, dbPwd, auth.
_WORDS = frozenset({"key", "keys", "pwd", "pass", "auth", "oauth", "creds", "jwt", "dsn"})
# At the end of a word that is written as one: privatekey, sshkeys, dbpwd, basicauth.
_ENDS = ("key", "keys", "pwd", "auth")
# Words that hold such a word by chance.
_INNOCENT = re.compile(r"tokeni[sz]\w*|secretar\w*|(?:mon|don|tur|jo|whis)keys?|hockey")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def is_secret_name(key: str) -> bool:
    """The name of a key promises a secret: `clientSecret`, `privatekey`, `db_pwd`; not `monkey` or `tokenizer`."""
    plain = unicodedata.normalize("NFKC", key)
    words = [word.lower() for word in _WORD.findall(plain)]
    joined = "".join(char for char in plain.lower() if char.isalnum())
    if joined == "keys":
        return False  # a map of anything
    left = [word for word in words if not _INNOCENT.fullmatch(word)]
    if any(word in _WORDS or word.endswith(_ENDS) for word in left):
        return True
    held = joined if left == words else "".join(left)
    return any(one in held for one in _ANYWHERE)
