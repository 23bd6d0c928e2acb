from whence.recording.variables import environment_facts, placement_facts


def test_only_what_changes_results_is_told() -> None:
    environ = {
        "OMP_NUM_THREADS": "4",
        "CUDA_VISIBLE_DEVICES": "0,1",
        "PYTHONHASHSEED": "0",
        "LC_ALL": "C.UTF-8",
        "TZ": "Europe/Berlin",
        "SLURM_JOB_ID": "77",
        "HOME": "/home/ada",
        "AWS_SECRET_ACCESS_KEY": "x" * 40,
        "MY_SETTING": "hunter2",
    }
    told = environment_facts(environ)
    hidden = {"HOME", "AWS_SECRET_ACCESS_KEY", "MY_SETTING", "SLURM_JOB_ID"}
    assert set(told) == set(environ) - hidden
    assert list(told) == sorted(told)
    assert placement_facts(environ) == {"SLURM_JOB_ID": environ["SLURM_JOB_ID"]}


def test_a_token_is_not_told_even_under_a_listed_prefix() -> None:
    environ = {"HF_TOKEN": "abc", "HF_HOME": "/data/hf", "HF_HUB_TOKEN": "abc", "TF_API_KEY": "k"}
    assert environment_facts(environ) == {"HF_HOME": "/data/hf"}


def test_a_told_value_is_scrubbed_all_the_same() -> None:
    told = environment_facts({"HF_ENDPOINT": "https://ada:hunter2@hub.example.org"})
    assert told == {"HF_ENDPOINT": "https://[redacted:url-userinfo]@hub.example.org"}
