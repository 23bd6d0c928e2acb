"""Which environment variables are told: those that change results, by a list, and never others."""

from collections.abc import Mapping

from whence.recording.redact import redact_value, secret_name

NAMES = frozenset(
    # language, place and time
    "LANG LANGUAGE TZ "
    # Python itself
    "PYTHONHASHSEED PYTHONOPTIMIZE PYTHONPATH PYTHONHOME PYTHONNOUSERSITE PYTHONDONTWRITEBYTECODE "
    "PYTHONUTF8 PYTHONIOENCODING PYTHONUNBUFFERED PYTHONMALLOC PYTHONWARNINGS "
    "VIRTUAL_ENV CONDA_DEFAULT_ENV PIXI_ENVIRONMENT_NAME "
    # threads and linear algebra
    "GOTO_NUM_THREADS VECLIB_MAXIMUM_THREADS NUMEXPR_NUM_THREADS NUMEXPR_MAX_THREADS "
    "BLIS_NUM_THREADS GOMP_CPU_AFFINITY LOKY_MAX_CPU_COUNT JOBLIB_MULTIPROCESSING "
    "RAYON_NUM_THREADS POLARS_MAX_THREADS ARROW_NUM_THREADS MALLOC_ARENA_MAX "
    # accelerators
    "NVIDIA_VISIBLE_DEVICES NVIDIA_TF32_OVERRIDE NVIDIA_DRIVER_CAPABILITIES "
    "HIP_VISIBLE_DEVICES ROCR_VISIBLE_DEVICES GPU_DEVICE_ORDINAL ZE_AFFINITY_MASK "
    "TOKENIZERS_PARALLELISM TRITON_CACHE_DIR "
    # where data and models come from
    "TRANSFORMERS_OFFLINE TRANSFORMERS_CACHE SENTENCE_TRANSFORMERS_HOME NLTK_DATA "
    "SCIKIT_LEARN_DATA KERAS_HOME KERAS_BACKEND "
    # distributed runs
    "RANK LOCAL_RANK WORLD_SIZE LOCAL_WORLD_SIZE GROUP_RANK NODE_RANK MASTER_ADDR MASTER_PORT "
    # loaders
    "LD_LIBRARY_PATH DYLD_LIBRARY_PATH".split()
)
PREFIXES = tuple(
    "OMP_ KMP_ MKL_ OPENBLAS_ CUDA_ CUDNN_ CUBLAS_ CUFFT_ NCCL_ TORCH_ PYTORCH_ TORCHINDUCTOR_ "
    "ATEN_ TF_ XLA_ JAX_ HF_ ACCELERATE_ DEEPSPEED_ HOROVOD_ HSA_ MIOPEN_ ROCM_ NUMBA_ MODIN_ "
    "XGBOOST_ LIGHTGBM_ KERAS_ PL_ LC_".split()
)

PLACEMENT = frozenset(
    "SLURM_JOB_ID SLURM_JOB_NAME SLURM_ARRAY_JOB_ID SLURM_ARRAY_TASK_ID SLURM_PROCID SLURM_NTASKS "
    "SLURM_NNODES SLURM_JOB_NODELIST SLURM_JOB_PARTITION SLURM_CPUS_PER_TASK SLURM_CLUSTER_NAME "
    "SLURM_GPUS SLURM_GPUS_ON_NODE PBS_JOBID PBS_JOBNAME PBS_ARRAY_INDEX LSB_JOBID LSB_JOBNAME "
    "JOB_ID SGE_TASK_ID OAR_JOB_ID FLUX_JOB_ID KUBERNETES_NAMESPACE POD_NAME "
    "GITHUB_RUN_ID GITHUB_SHA GITHUB_REPOSITORY GITHUB_WORKFLOW CI_JOB_ID CI_PIPELINE_ID "
    "CI_COMMIT_SHA CI_PROJECT_PATH BUILD_ID BUILD_TAG AWS_BATCH_JOB_ID TRAINING_JOB_NAME "
    "CLOUD_ML_JOB_ID AZUREML_RUN_ID".split()
)
"""What a scheduler calls this one run: it differs each time, and changes nothing by itself."""


def environment_facts(environ: Mapping[str, str]) -> dict[str, str]:
    """The variables that are told, sorted by name, with secrets taken out all the same."""
    return {
        name: str(redact_value(name, environ[name])) for name in sorted(environ) if _is_told(name)
    }


def without_told(environ: Mapping[str, str]) -> dict[str, str]:
    """The variables that are not told: those of a person's machine, rather than of a run."""
    return {name: value for name, value in environ.items() if not _is_told(name)}


def placement_facts(environ: Mapping[str, str]) -> dict[str, str]:
    """What a scheduler calls this one run, sorted by name."""
    return {
        name: str(redact_value(name, environ[name]))
        for name in sorted(environ)
        if name in PLACEMENT
    }


def _is_told(name: str) -> bool:
    return (name in NAMES or name.startswith(PREFIXES)) and not secret_name(name)
