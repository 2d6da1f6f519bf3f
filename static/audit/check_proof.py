"""Check a proof of the audit chain: python3 check_proof.py proof.json [SEQ:HASH]. It needs nothing but Python."""

import hashlib
import json
import pathlib
import sys

proof = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
seq, last = proof["from"] - 1, proof["prev_hash"]
known = {0: "0" * 64} | {seq: last}
for event in proof["events"]:
    seq, text = seq + 1, event["payload_text"]
    last = hashlib.sha256(f"{last}\n{text}".encode()).hexdigest()
    if last != event["hash"] or json.loads(text)["seq"] != seq:
        sys.exit(f"Event {seq} does not hold.")
    known[seq] = last
noted = [("0", "0" * 64)] + [tuple(head.split(":")) for head in sys.argv[2:]]
if seq != proof["to"] or any(known.get(int(number)) != digest for number, digest in noted):
    sys.exit("The proof does not hold the head that was noted earlier.")
sys.stdout.write(f"Events {proof['from']} to {seq} hold, and the chain ends with {last}\n")
