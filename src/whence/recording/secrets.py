r"""What a secret looks like, as tables: each row has a code, and ``[redacted:CODE]`` replaces it.

Three ways to tell one: its own form (``FORMS``), the name it goes by (``NAMES``), and randomness
where neither helps (``redact`` measures that). A row's hints are literals of which one must stand
in a text before its pattern is tried, so that the many rows cost little on the many harmless
values.
"""

from typing import NamedTuple


class Form(NamedTuple):
    """A kind of secret that tells itself by its form."""

    code: str
    hints: tuple[str, ...]
    """In lower case; at least one stands in every text that the pattern matches."""
    pattern: str
    """What is taken out: the group ``secret`` where there is one, otherwise the whole match."""


_WORD = r"(?<![A-Za-z0-9])"
"""Tokens start where a word starts."""

FORMS: tuple[Form, ...] = (
    # Several lines, or parts of a URL.
    Form(
        "private-key",
        ("private key",),
        r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----"
        r"(?:[\s\S]{0,16384}?-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----"
        r"|[A-Za-z0-9+/=\s\\:,-]*)",
    ),
    Form("url-userinfo", ("http",), r"(?i:https?)://(?P<secret>[^\s/?#\"'<>@]+)@"),
    Form(
        "url-password",
        ("://",),
        r"(?i:[a-z][a-z0-9+.-]{0,40})://[^\s/?#\"'<>@:\[]*:(?P<secret>[^\s/?#\"'<>]+)@",
    ),
    Form(  # a password of a data base may hold unescaped slashes, a path of the web may not hold @
        "url-password",
        ("://",),
        r"(?i:postgres|mysql|mariadb|mongodb|redis|amqp|mssql|oracle|snowflake|clickhouse)"
        r"[a-z+]{0,24}://[^\s/?#\"'<>@:\[]*:(?!\d+[/?])(?P<secret>[^\s\"'<>]+)@",
    ),
    Form(
        "url-signature",
        ("sig",),
        r"[?&;](?i:sig|signature|x-amz-signature|x-goog-signature)=(?P<secret>[^&\s\"'<>]+)",
    ),
    Form(
        "url-credential",
        ("x-amz-", "x-goog-", "awsaccesskeyid"),
        r"[?&;](?i:x-amz-credential|x-amz-security-token|x-goog-credential|awsaccesskeyid)"
        r"=(?P<secret>[^&\s\"'<>]+)",
    ),
    Form(
        "webhook",
        ("hooks.slack.com", "/api/webhooks/", "webhook.office.com", "hooks.zapier.com"),
        r"(?:hooks\.slack\.com/(?:services|workflows|triggers)/|"
        r"discord(?:app)?\.com/api/webhooks/|webhook\.office\.com/webhookb2/|"
        r"hooks\.zapier\.com/hooks/catch/)(?P<secret>[^\s\"'<>]+)",
    ),
    Form(
        "netrc-password",
        ("machine",),
        r"\bmachine\s+\S+\s+login\s+\S+\s+password\s+(?P<secret>\S+)",
    ),
    Form(
        "bearer-token",
        ("bearer",),
        r"\b[Bb]earer\s+(?P<secret>(?=[A-Za-z._~+/-]*[0-9=])[A-Za-z0-9._~+/=-]{12,})",
    ),
    # Tokens that carry their maker's mark.
    Form("jwt", ("eyj",), _WORD + r"eyJ[\w-]{8,}\.[\w-]*\.[\w.-]+"),
    Form(
        "aws-key-id",
        ("akia", "asia", "abia", "acca", "aroa", "aida"),
        _WORD + r"A(?:KIA|SIA|BIA|CCA|ROA|IDA)[A-Z2-7]{16}(?![A-Za-z0-9])",
    ),
    Form("gcp-api-key", ("aiza",), _WORD + r"AIza[\w-]{35}"),
    Form("gcp-token", ("ya29.",), _WORD + r"ya29\.[\w.-]{20,}"),
    Form("google-client-secret", ("gocspx-",), _WORD + r"GOCSPX-[\w-]{20,}"),
    Form("firebase-key", (":apa91b",), r"[\w-]{7,}:APA91b[\w-]{100,}"),
    Form(
        "github-token",
        ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),
        _WORD + r"(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{22,})",
    ),
    Form(
        "gitlab-token",
        ("glpat-", "gldt-", "glrt-", "glptt-", "glft-", "glsoat-", "glagent-", "glcbt-", "glimt-"),
        _WORD + r"gl(?:pat|dt|rt|ptt|ft|soat|agent|cbt|imt)-[\w.-]{20,}",
    ),
    Form("hf-token", ("hf_", "api_org_"), _WORD + r"(?:hf|api_org)_[A-Za-z0-9]{30,}"),
    Form("anthropic-key", ("sk-ant-",), _WORD + r"sk-ant-[\w-]{20,}"),  # before the wider row below
    Form(
        "openai-key",
        ("sk-",),
        _WORD + r"sk-(?:(?:proj|svcacct|admin|service|None|or-v1|lf)-[\w-]{20,}"
        r"|(?=[A-Za-z]*[0-9])[A-Za-z0-9]{20,})",
    ),
    Form("wandb-key", ("wandb_v1_",), _WORD + r"wandb_v1_\w{20,}"),
    Form(
        "slack-token",
        ("xox", "xapp-"),
        _WORD + r"(?:xox[abeoprscd]|xapp)(?:\.xox[bp])?-[A-Za-z0-9-]{10,}",
    ),
    Form(
        "stripe-key",
        ("k_live_", "k_test_", "whsec_"),
        _WORD + r"(?:[srp]k_(?:live|test)_[A-Za-z0-9]{10,}|whsec_[A-Za-z0-9+/=]{20,})",
    ),
    Form("npm-token", ("npm_",), _WORD + r"npm_[A-Za-z0-9]{30,}"),
    Form(
        "pypi-token",
        ("pypi-",),
        _WORD + r"pypi-(?:AgEI[\w-]{16,}|(?=[a-z-]*[A-Z0-9])[\w-]{60,})",
    ),
    Form(
        "azure-key",
        ("accountkey=", "sharedaccesskey=", "sharedaccesssignature="),
        r"(?i:AccountKey|SharedAccessKey|SharedAccessSignature)=(?P<secret>[^\s;\"']+)",
    ),
    Form("azure-client-secret", ("8q~",), r"(?<![\w~.-])[\w~.]{3}8Q~[\w~.-]{31,34}"),
    Form("databricks-token", ("dapi",), _WORD + r"dapi[0-9a-f]{32}(?:-\d)?"),
    Form("digitalocean-token", ("_v1_",), _WORD + r"do[opr]_v1_[0-9a-f]{64}"),
    Form("docker-token", ("dckr_",), _WORD + r"dckr_(?:pat|oat)_[\w-]{20,}"),
    Form("vault-token", ("hvs.", "hvb.", "hvr."), _WORD + r"hv[sbr]\.[\w-]{20,}"),
    Form("terraform-token", (".atlasv1.",), _WORD + r"[A-Za-z0-9]{14}\.atlasv1\.[\w-]{50,}"),
    Form("sendgrid-key", ("sg.",), _WORD + r"SG\.[\w-]{16,}\.[\w-]{16,}"),
    Form("twilio-key", ("sk",), _WORD + r"SK[0-9a-f]{32}(?![0-9a-f])"),
    Form("mailgun-key", ("key-",), _WORD + r"key-[0-9a-f]{32}(?![0-9a-f])"),
    Form("grafana-token", ("glsa_", "glc_"), _WORD + r"(?:glsa|glc)_[\w+/=]{20,}"),
    Form("nvidia-key", ("nvapi-",), _WORD + r"nvapi-[\w-]{20,}"),
    Form("replicate-token", ("r8_",), _WORD + r"r8_[A-Za-z0-9]{30,}"),
    Form("groq-key", ("gsk_",), _WORD + r"gsk_[A-Za-z0-9]{30,}"),
    Form("xai-key", ("xai-",), _WORD + r"xai-[A-Za-z0-9]{40,}"),
    Form("perplexity-key", ("pplx-",), _WORD + r"pplx-[A-Za-z0-9]{30,}"),
    Form("pinecone-key", ("pcsk_",), _WORD + r"pcsk_\w{30,}"),
    Form("langsmith-key", ("lsv2_",), _WORD + r"lsv2_(?:pt|sk)_\w{20,}"),
    Form("notion-token", ("secret_", "ntn_"), _WORD + r"(?:secret_|ntn_)[A-Za-z0-9]{40,}"),
    Form("linear-key", ("lin_api_",), _WORD + r"lin_api_[A-Za-z0-9]{30,}"),
    Form("kaggle-token", ("kgat_",), _WORD + r"KGAT_[A-Za-z0-9]{20,}"),
    Form("telegram-token", (":aa",), r"(?<!\d)\d{8,10}:AA[\w-]{32,}"),
    Form("shopify-token", ("shp",), _WORD + r"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}"),
    Form("square-token", ("sq0",), _WORD + r"sq0[a-z]{3}-[\w-]{22,}"),
    Form("planetscale-token", ("pscale_",), _WORD + r"pscale_(?:tkn|pw|oauth)_[\w.-]{30,}"),
    Form("supabase-token", ("sbp_",), _WORD + r"sbp_[0-9a-f]{40}"),
    Form("newrelic-key", ("nrak-",), _WORD + r"NRAK-[A-Z0-9]{27}"),
    Form("sentry-token", ("sntry",), _WORD + r"sntry[su]_[\w+/=]{30,}"),
    Form("atlassian-token", ("atatt3",), _WORD + r"ATATT3[\w=-]{40,}"),
    Form("doppler-token", ("dp.",), _WORD + r"dp\.(?:pt|st|ct|sa|scim|audit)\.[\w.-]{30,}"),
    Form("age-key", ("age-secret-key-1",), r"AGE-SECRET-KEY-1[0-9A-Z]{50,}"),
)

NAMES: tuple[tuple[str, str], ...] = (
    ("password", "password passwd passphrase passcode passkey pwd pswd secretphrase"),
    ("password", "db_pass user_pass mysql_pass smtp_pass ftp_pass redis_pass pg_pass root_pass"),
    ("password", "admin_pass login_pass proxy_pass mail_pass sudo_pass vault_pass db_pw user_pw"),
    ("password", "seed_phrase mnemonic storepass keypass"),
    ("token", "token jwt bearer github_pat gitlab_pat azure_pat access_pat authtoken accesstoken"),
    ("api-key", "api_key apikey access_key secret_key private_key encryption_key signing_key"),
    ("api-key", "account_key shared_key master_key auth_key ssh_key license_key subscription_key"),
    ("api-key", "service_key hmac_key webhook_key storage_key admin_key write_key server_key"),
    ("api-key", "secretkey accesskey privatekey openai_key anthropic_key wandb_key azure_key"),
    ("api-key", "aws_key gcp_key stripe_key comet_key kaggle_key cohere_key mistral_key hf_key"),
    ("secret", "secret secrets app_secret client_secret clientsecret shared_secret totp otp_seed"),
    ("credential", "credential credentials creds cred"),
    ("authorization", "authorization proxy_auth basic_auth http_auth auth"),
    ("cookie", "cookie set_cookie cookies sessionid csrftoken xsrf_token session_cookie"),
)
"""Code → the last words of a name whose value is secret, joined by ``_``."""

TRIGGERS: tuple[str, ...] = (
    "pass",
    "pwd",
    "pswd",
    "_pw",
    "phrase",
    "mnemonic",
    "token",
    "jwt",
    "bearer",
    "_pat",
    "key",
    "secret",
    "totp",
    "otp_seed",
    "cred",
    "auth",
    "cookie",
    "sessionid",
)
"""Of which one stands, in lower case, in every name that ``NAMES`` tells of."""

NAME_ENDINGS = frozenset(
    "prod production dev staging test live value val str string raw plain text b64 base64 old "
    "new primary secondary main default env var".split()
)
"""Words after a secret's name that do not change what it is: ``API_KEY_PROD``."""

TOKENS_OF_TEXT = frozenset(
    "pad eos bos unk sep cls mask image img video audio special stop start end max min num n per "
    "next prev previous first last bad good prompt decoder encoder forced by from to class query "
    "target source src tgt word subword think system user assistant tool separator boundary "
    "context suppress additional replacement oov blank begin dist distillation latent register "
    "vision speech language lang text time input output sub pool summary single multi".split()
)
"""Words before ``token`` that make it a piece of text for a model."""

PLAIN_VALUES = frozenset(
    "none null nil undefined true false yes no on off auto default required optional str bytes "
    "int bool float string any object secretstr optional[str] str|none basic digest bearer "
    "kerberos ntlm oauth oauth2 iam anonymous".split()
)
"""Values, in lower case, that are no secret under any name."""

PROGRAM_SWITCHES: dict[str, tuple[tuple[str, str], ...]] = {
    "curl": (("-u", "pair"), ("--user", "pair"), ("-U", "pair"), ("--proxy-user", "pair")),
    "wget": (("--user", "pair"),),
    "http": (("-a", "pair"),),
    "https": (("-a", "pair"),),
    "lftp": (("-u", "pair"),),
    "mysql": (("-p", "joined"),),
    "mysqldump": (("-p", "joined"),),
    "mysqladmin": (("-p", "joined"),),
    "mongo": (("-p", "next"),),
    "mongosh": (("-p", "next"),),
    "mongodump": (("-p", "next"),),
    "mongoimport": (("-p", "next"),),
    "mongoexport": (("-p", "next"),),
    "redis-cli": (("-a", "next"),),
    "sqlcmd": (("-P", "next"),),
    "bcp": (("-P", "next"),),
    "sshpass": (("-p", "next"), ("-p", "joined")),
    "ldapsearch": (("-w", "next"),),
    "login": (("-p", "next"),),  # docker login, podman login, az login …
}
"""Program (or its verb) → switches whose names do not tell that a password follows.

``pair``: the next word is ``user:password``; ``next``: it is the password; ``joined``: the
password is the rest of the same word.
"""
