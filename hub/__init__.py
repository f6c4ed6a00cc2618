"""The học bạ số hub: signed transcripts travel school -> Sở -> Bộ; anyone can check them."""
