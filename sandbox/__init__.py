"""Local stand-ins of the outside services, over real HTTP, with data that is made, not real.

One server speaks every service's protocol under its own prefix, with the service's bad habits:
Everflow at `<base>/everflow`, Redtrack at `<base>/redtrack`, PostHog at `<base>/posthog` (project
71301 of client 713, 90210 of cti), Mautic at `<base>/mautic`. The loaders reach it by base URL
alone. The order files of client 713 lie in an S3 bucket (moto's) on a port of its own, which opens
when it is first asked for; sandbox/order_files.py says which of them is odd in which way. Seven in
ten of their customers are contacts in Mautic. The data is the same in every process. Everflow's and
Redtrack's covers 2025-11-01 to 2025-12-31 (days of America/New_York) and adds up to client 713's
published totals for December 1-18, 2025, which are PostHog's days too.

In a test:

    with Sandbox() as sandbox:
        sandbox.url("everflow")                       # http://127.0.0.1:PORT/everflow
        sandbox.everflow.faults.on("capped", rows=5, times=1)
        sandbox.redtrack.restate("remove", date="2025-12-05")
        sandbox.everflow.requests                     # what was asked
        sandbox.posthog.add("events", event="landing", at="2025-12-05T12:00:00Z", times=40)
        sandbox.posthog.serve(1_000_000, 100_000)     # so many events on so many timestamps
        sandbox.mautic.store.click(5, "2025-12-20 10:00:00")
        sandbox.url("s3_exports")                     # an S3 endpoint; sandbox.s3_exports.bucket
        sandbox.s3_exports.put("orders-create/orders-create-2025-12-19.csv", b"orders_id\\n1\\n")
        sandbox.s3_exports.faults.on("replaced", path="orders-create-2025-12-05", when="after")

Slack, Resend and Twilio keep what they accepted in `messages`, also at `<base>/_sandbox/messages`.
Their bad habits, which are the same three times, are in sandbox/messages.py.

In another process: `serve(port)`; what one POSTs to `/_sandbox/<service>/faults` switches a fault
on, what to `/restate` changes data, DELETE undoes either. All faults are listed in
sandbox/faults.py, the bucket's in sandbox/s3_faults.py, the other services' in their own folders.
"""
