import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.recording.redact import (
    redact_argv,
    redact_diff,
    redact_mapping,
    redact_text,
    redact_url,
    redact_value,
    secret_name,
)

_DRAW = random.Random(7)
B62 = string.ascii_letters + string.digits
HEX = "0123456789abcdef"


def drawn(length: int, alphabet: str = B62) -> str:
    """A token with at least one digit and one letter, as real ones have."""
    while True:
        token = "".join(_DRAW.choice(alphabet) for _ in range(length))
        if not token.isalpha() and not token.isdigit():
            return token


def joined(*parts: str) -> str:
    """Secrets are put together here, so that no scanner takes this file for a leak."""
    return "".join(parts)


# kind → (the text with it, the secret itself)
SECRETS: dict[str, tuple[str, str]] = {}


def secret(kind: str, form: str, value: str) -> None:
    SECRETS[kind] = (form.replace("@@", value), value)


secret("aws key id", "@@", joined("AK", "IA", drawn(16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")))
secret("aws secret key", "--aws-secret-access-key=@@", drawn(40, B62 + "/+"))
secret("aws secret key, unnamed", "@@", drawn(40))
secret("gcp api key", "@@", joined("AI", "za", drawn(35)))
secret("gcp oauth token", "@@", joined("ya", "29.", drawn(60)))
secret("google client secret", "@@", joined("GOC", "SPX-", drawn(28)))
secret("github classic", "@@", joined("gh", "p_", drawn(36)))
secret("github fine-grained", "@@", joined("github", "_pat_", drawn(22), "_", drawn(59)))
secret(
    "github server", "clone https://x-access-token:@@@github.com/a/b", joined("gh", "s_", drawn(36))
)
secret("gitlab", "@@", joined("gl", "pat-", drawn(20)))
secret("hugging face", "@@", joined("h", "f_", drawn(34)))
secret("hugging face organisation", "@@", joined("api", "_org_", drawn(34)))
secret("openai", "@@", joined("s", "k-", drawn(48)))
secret("openai project", "@@", joined("s", "k-proj-", drawn(48)))
secret("anthropic", "@@", joined("s", "k-ant-api03-", drawn(60), "-", drawn(20)))
secret("slack bot", "@@", joined("xo", "xb-", "123456789012-", drawn(24)))
secret("slack webhook", "https://hooks.slack.com/services/@@", joined("T0", "1AB/B02/", drawn(24)))
secret("stripe", "@@", joined("sk", "_live_", drawn(24)))
secret("jwt", "@@", joined("ey", "J", drawn(20), ".ey", "J", drawn(40), ".", drawn(43)))
secret("npm", "@@", joined("np", "m_", drawn(36)))
secret("pypi", "@@", joined("py", "pi-AgEIcHlwaS5vcmc", drawn(60)))
secret("databricks", "@@", joined("da", "pi", drawn(32, HEX)))
secret("digital ocean", "@@", joined("do", "p_v1_", drawn(64, HEX)))
secret("docker", "@@", joined("dck", "r_pat_", drawn(27)))
secret("vault", "@@", joined("hv", "s.", drawn(90)))
secret("sendgrid", "@@", joined("S", "G.", drawn(22), ".", drawn(43)))
secret("twilio", "@@", joined("S", "K", drawn(32, HEX)))
secret("azure sas", "https://a.blob.core.windows.net/c/f?sv=2022&sig=@@&se=1", drawn(43) + "%3D")
secret("azure storage", "AccountName=a;AccountKey=@@;EndpointSuffix=b", drawn(86) + "==")
secret("azure client secret", "@@", joined("a1b", "8Q", "~", drawn(34)))
secret("s3 signature", "https://b.s3.amazonaws.com/k?X-Amz-Signature=@@&a=1", drawn(64, HEX))
secret("gcs signature", "https://storage.googleapis.com/k?X-Goog-Signature=@@", drawn(64, HEX))
secret("postgres password", "postgresql://ml:@@@db:5432/features", "hunt/er2#x")
secret("mongo password", "mongodb+srv://ml:@@@cluster0.mongodb.net/x", drawn(12))
secret("redis password", "redis://:@@@cache:6379/0", "correct-horse")
secret("basic auth in url", "https://ada:@@@mlflow.example.org/api", "lovelace")
secret("token as user", "https://@@@github.com/org/repo.git", drawn(20))
secret("wandb, named", "WANDB_API_KEY=@@", drawn(40, HEX))
secret("kaggle, named", '{"username": "ada", "key_": 1, "api_key": "@@"}', drawn(32, HEX))
secret("bearer", "Authorization: Bearer @@", drawn(24))
secret("basic header", "-H 'Authorization: Basic @@'", "YWRhOmxvdmVsYWNl")
secret("api key header", "X-Api-Key: @@", drawn(20, HEX))
secret("cookie", "Cookie: session=@@; path=/", drawn(16))
secret("password switch", "train --password @@ --lr 0.1", "hunter2")
secret("password assignment", "db_password='@@'", "it is long")
secret("password in yaml", "db:\n  password: @@\n", "correct horse battery")
secret("password in json", '{"dbPassword": "@@"}', 'a\\"b c')
secret("password in python", 'def f(password: str = "@@"):', "hunter2")
secret("escaped json", r'"{\"client_secret\": \"@@\"}"', "hunter2hunter2")
secret("environment in python", 'os.environ["MY_SERVICE_TOKEN"] = "@@"', "abc123def")
secret("default in python", 'os.getenv("DB_PASSWORD", "@@")', "hunter2")
secret("xml", "<password>@@</password>", "hunter2")
secret("connection string", "Server=db;User Id=ml;Password=@@;Encrypt=yes", "hunter2")
secret("netrc", "machine api.wandb.ai login user password @@", drawn(40, HEX))
secret("query token", "https://example.org/data.csv?user=ada&access_token=@@&x=1", drawn(12))
secret(
    "private key",
    "@@",
    joined("-----BEGIN RSA ", "PRIVATE KEY-----\n", drawn(64), "\n", drawn(64), "\n-----END RSA ")
    + "PRIVATE KEY-----",
)
secret(
    "cut private key",
    "@@",
    joined("-----BEGIN OPENSSH ", "PRIVATE KEY-----\n", drawn(64), "\n", drawn(64)),
)
secret("telegram", "@@", joined("123456789", ":AA", drawn(33)))
secret("nvidia", "@@", joined("nv", "api-", drawn(64)))
secret("unknown maker", "--thing @@", drawn(32))
secret("unknown maker, lower case", "@@", "k3x" + drawn(29, "ghjkmnpqrstuvwxyz23456789"))
secret("unknown maker, in a path", "/srv/share/@@/file.csv", drawn(40))

BENIGN = [
    "train.py",
    "0.001",
    "1e-05",
    "3.141592653589793",
    "128",
    "--lr=0.1",
    "--learning-rate",
    "learning_rate=3e-4",
    "resnet50",
    "microsoft/deberta-v3-large",
    "distilbert-base-uncased-finetuned-sst-2-english",
    "meta-llama/Meta-Llama-3.1-8B-Instruct",
    "TheBloke/Mixtral-8x7B-Instruct-v0.1-GPTQ",
    "DeepSeek-R1-Distill-Qwen-1.5B-Q8_0.gguf",
    "Qwen2.5-Coder-32B-Instruct-AWQ",
    "vit_base_patch16_224.augreg2_in21k_ft_in1k",
    "tf_efficientnetv2_s.in21k_ft_in1k",
    "sentence-transformers/all-MiniLM-L6-v2",
    "facebook/wav2vec2-large-960h-lv60-self",
    "stabilityai/stable-diffusion-xl-base-1.0",
    "sk-learn-pipeline-experiments",
    "Qwen2ForSequenceClassificationWithValueHead",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "d41d8cd98f00b204e9800998ecf8427e",
    "sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==",
    "123e4567-e89b-12d3-a456-426614174000",
    "01ARZ3NDEKTSV4RRFFQ69G5FAV",
    "s3://my-bucket/datasets/imagenet-1k/train/n01440764/n01440764_10026.JPEG",
    "gs://bucket/experiments/2024-05-01T12-00-00/checkpoint-15000/pytorch_model-00001-of-00002.bin",
    "abfss://container@account.dfs.core.windows.net/data/train.parquet",
    "hdfs://namenode:8020/user/ada/features.parquet",
    "https://huggingface.co/datasets/squad/resolve/main/train-v2.0.json",
    "ssh://git@github.com/org/repo.git",
    "git@github.com:org/repo.git",
    "postgresql://ml@db:5432/features",
    "https://example.org:8080/a@b/c",
    "/data/hub/models--bert-base-uncased/snapshots/86b5e0934494bd15c9632b12f734a8a67f723594/x.json",
    "/var/folders/9k/3q2v5j1x7gz4w8_l6nq0zm4h0000gn/T/tmpab12cd34",
    "/nix/store/0c5z1v0k8q0y6h3c9x3k6m6h1w4p5r7s-python3-3.11.7/bin/python3",
    "/opt/conda/pkgs/numpy-1.26.4-py311h64a7726_0/lib/python3.11/site-packages/numpy",
    "numpy-2.4.6-cp311-cp311-manylinux_2_27_x86_64.manylinux_2_28_x86_64.whl",
    "nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04",
    "run-20240101_120000-abc123de",
    "events.out.tfevents.1714567890.gpu-node-017.12345.0",
    "model.optimizer.lr=0.01",
    "+trainer.precision=bf16-mixed",
    "hydra.run.dir=outputs/${now:%Y-%m-%d}/${now:%H-%M-%S}",
    "dataset.columns=[passenger_count,trip_distance]",
    "--max_tokens=512",
    "--num-tokens 1024",
    "--token-limit=4096",
    "tokenizer=cl100k_base",
    "tokenizer.pad_token=<pad>",
    "pad_token = '[PAD]'",
    "model.token_dropout=0.1",
    "use_auth_token=True",
    "--tokenizer-file tokenizer.json",
    "author: Ada Lovelace",
    "primary_key=flight_id",
    "sort_keys=True",
    "key=value",
    "keyword: passenger",
    "token = tokenizer.eos_token",
    "password = os.environ['DB_PASSWORD']",
    "login(token=token)",
    "def f(token: str | None = None) -> None:",
    "api_key=${API_KEY}",
    "ssh_key=~/.ssh/id_rsa",
    "GOOGLE_APPLICATION_CREDENTIALS=/etc/gcp/key.json",
    "PWD=/home/ada/project",
    "bearing_wear_threshold=12",
    "A note about secrets: never commit them.",
    "ACGTACGTTAGCATCGATCGATTAGCACGTACGTTAGC",
    "MKTAYIAKQRQISFVKSHFSRQLEERLGLIEVQAPILSRVGDGTQDNLSGAEKAVQVKVKALPDAQFEV",
    "2024-05-01T12:00:00.000000+00:00",
    "[0.1, 0.2, 0.30000000000000004]",
    "lambda_l1=0.0,lambda_l2=1.0,feature_fraction=0.85",
    "xgboost.XGBClassifier(n_estimators=400,max_depth=6,learning_rate=0.05,subsample=0.9)",
    "delay~C(carrier)+dep_hour+distance",
    "fold_0_seed_42_lr_0.001_bs_256_wd_0.05_epoch_99.ckpt",
]


def test_the_corpus_is_large_enough() -> None:
    assert len(SECRETS) >= 40
    assert len(BENIGN) >= 60


@pytest.mark.parametrize("kind", SECRETS)
def test_no_secret_stays(kind: str) -> None:
    text, value = SECRETS[kind]
    shown = redact_text(text)
    assert value not in shown
    assert "[redacted:" in shown
    leaked = max((value[at : at + 8] for at in range(len(value) - 7)), key=shown.count, default="")
    assert not leaked or leaked not in shown


@pytest.mark.parametrize("kind", SECRETS)
def test_no_secret_stays_in_the_middle_of_something(kind: str) -> None:
    text, value = SECRETS[kind]
    for around in (f"a line\n{text}\nanother", f"x = 1; {text}", f"({text})"):
        assert value not in redact_text(around)
    assert value not in "\0".join(redact_argv(["sh", "-c", text]))


@pytest.mark.parametrize("value", BENIGN)
def test_what_machine_learning_is_made_of_stays(value: str) -> None:
    assert redact_text(value) == value
    assert redact_argv(["python", "train.py", value])[2] == value


@given(st.text())
def test_redacting_twice_is_redacting_once(text: str) -> None:
    once = redact_text(text)
    assert redact_text(once) == once


@pytest.mark.parametrize("kind", SECRETS)
def test_redacting_a_secret_twice_is_redacting_it_once(kind: str) -> None:
    once = redact_text(SECRETS[kind][0])
    assert redact_text(once) == once


@given(st.text(st.characters(exclude_categories=[])), st.sampled_from(sorted(SECRETS)))
def test_any_surroundings_are_taken(around: str, kind: str) -> None:
    text, value = SECRETS[kind]
    assert value not in redact_text(f"{around}\n{text}\n")


@given(st.lists(st.text()))
def test_a_command_line_keeps_its_number_of_words(words: list[str]) -> None:
    assert len(redact_argv(words)) == len(words)


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        (["x", "--password", "hunter2"], ["x", "--password", "[redacted:password]"]),
        (["x", "--password", "--verbose"], ["x", "--password", "--verbose"]),
        (["x", "--api-key=a b;c&d"], ["x", "--api-key=[redacted:api-key]"]),
        (["x", "DB_PASSWORD=a'b"], ["x", "DB_PASSWORD=[redacted:password]"]),
        (["x", "+db.password=12345"], ["x", "+db.password=[redacted:password]"]),
        (["x", "--token", "5"], ["x", "--token", "5"]),
        (["curl", "-u", "ada:secret"], ["curl", "-u", "ada:[redacted:password]"]),
        (["docker", "run", "-u", "1000:1000"], ["docker", "run", "-u", "1000:1000"]),
        (["docker", "run", "-p", "8080:80"], ["docker", "run", "-p", "8080:80"]),
        (["docker", "login", "-p", "abc"], ["docker", "login", "-p", "[redacted:password]"]),
        (["/usr/bin/mysql", "-pabc", "db"], ["/usr/bin/mysql", "-p[redacted:password]", "db"]),
        (["python", "-u", "train.py"], ["python", "-u", "train.py"]),
    ],
)
def test_command_lines(command: list[str], shown: list[str]) -> None:
    assert redact_argv(command) == shown


def test_the_mark_says_what_it_was() -> None:
    token = joined("h", "f_", drawn(34))
    assert redact_text(f"HF_TOKEN={token}") == "HF_TOKEN=[redacted:hf-token]"
    assert redact_text("HF_TOKEN=abcdef") == "HF_TOKEN=[redacted:token]"


def test_a_url_keeps_everything_else() -> None:
    url = "postgresql://ml:hunter2@db:5432/features?sslmode=require"
    assert (
        redact_url(url)
        == "postgresql://ml:[redacted:url-password]@db:5432/features?sslmode=require"
    )


def test_named_values_as_deep_as_they_go() -> None:
    values = {
        "lr": 0.1,
        "db": {"host": "h", "password": 12345, "options": [{"api_key": "abcdef"}]},
        "use_auth_token": True,
        "tokens": [1, 2],
        "secret": None,
        "urls": ["https://ada:x1@h/a"],
    }
    assert redact_mapping(values) == {
        "lr": 0.1,
        "db": {
            "host": "h",
            "password": "[redacted:password]",
            "options": [{"api_key": "[redacted:api-key]"}],
        },
        "use_auth_token": True,
        "tokens": [1, 2],
        "secret": None,
        "urls": ["https://[redacted:url-userinfo]@h/a"],
    }


def test_a_value_is_kept_as_it_is_where_nothing_is_secret() -> None:
    assert redact_value("epochs", 3) == 3
    assert redact_value("layers", [64, 128]) == [64, 128]


def test_a_diff_stays_a_diff() -> None:
    key = [
        joined("-----BEGIN EC ", "PRIVATE KEY-----"),
        drawn(64),
        joined("-----END EC ", "PRIVATE KEY-----"),
    ]
    diff = "\n".join(
        ["--- a/x", "+++ b/x", "@@ -1,2 +1,5 @@", " a", *("+" + each for each in key), "-b", ""]
    )
    shown = redact_diff(diff)
    assert key[1] not in shown
    assert [line[:1] for line in shown.split("\n")] == [line[:1] for line in diff.split("\n")]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("password", "password"),
        ("PGPASSWORD", "password"),
        ("awsSecretAccessKey", "api-key"),
        ("OPENAI_API_KEY_PROD", "api-key"),
        ("db.user_pass", "password"),
        ("HF_TOKEN", "token"),
        ("--auth-token", "token"),
        ("eos_token", ""),
        ("padToken", ""),
        ("max_tokens", ""),
        ("token_file", ""),
        ("PWD", ""),
        ("", ""),
        ("key", ""),
        ("forward_pass", ""),
        ("author", ""),
    ],
)
def test_names(name: str, code: str) -> None:
    assert secret_name(name) == code


def test_a_letter_that_two_letters_fold_to_does_not_move_the_rest() -> None:
    assert redact_text("İİİ password=hunter2") == "İİİ password=[redacted:password]"
