"""Transformers, PEFT and sentence embeddings: from a base network to what was made of it."""

from pathlib import Path
from typing import Any

BASE = """
import torch
from transformers import BertConfig, BertForSequenceClassification
torch.manual_seed(0)
config = BertConfig(vocab_size=20, hidden_size=8, num_hidden_layers=1, num_attention_heads=2,
                    intermediate_size=8)
BertForSequenceClassification(config).save_pretrained("base")
"""

TRAINER = (
    BASE
    + """
from datasets import Dataset
from transformers import AutoModelForSequenceClassification, Trainer, TrainingArguments
rows = Dataset.from_dict({"input_ids": [[n % 7 + 1, n % 5 + 1] for n in range(24)],
                          "labels": [n % 2 for n in range(24)]})
rows = rows.train_test_split(test_size=8, seed=7)
model = AutoModelForSequenceClassification.from_pretrained("base")
arguments = TrainingArguments("out", num_train_epochs=1, per_device_train_batch_size=8,
    learning_rate=1e-3, logging_steps=1, eval_strategy="epoch", save_strategy="no", report_to=[],
    seed=11, disable_tqdm=True, use_cpu=True)
trainer = Trainer(model=model, args=arguments, train_dataset=rows["train"],
                  eval_dataset=rows["test"])
trainer.train()
trainer.evaluate()
trainer.save_model("final")
"""
)


def by_name(found: Any) -> dict[str, dict[str, Any]]:
    return {
        "/".join(Path(each["location"]).parts[-2:]): each
        for each in found.all("write")
        if each["n"] is not None
    }


def test_the_trainer_and_its_networks(train: Any) -> None:
    found = train(TRAINER)
    (fit,) = [each for each in found.all("step") if each["kind"] == "fit"]
    derived = {each["n"]: each for each in found.all("derived")}
    assert derived[fit["inputs"]["train"]]["split"] == "train"
    assert derived[fit["inputs"]["validation"]]["split"] == "test"
    (read,) = [each for each in found.all("read") if "from_pretrained" in each["by"]]
    assert read["location"].endswith("/base/model.safetensors")
    assert read["n"] == fit["model"]
    final = by_name(found)["final/model.safetensors"]
    assert (final["n"], final["relation"]) == (fit["model"], "fine-tuned")
    assert final["base"] == read["location"]
    (evaluated,) = [each for each in found.all("step") if each["kind"] == "evaluate"]
    assert evaluated["inputs"] == {"X": fit["inputs"]["validation"]}
    assert "eval_loss" in evaluated["value"]


def test_the_trainers_metrics_and_arguments(train: Any) -> None:
    found = train(TRAINER)
    losses = [each for each in found.all("metric") if each["name"] == "loss"]
    assert [each["step"] for each in losses] == [1, 2]
    assert {each["source"] for each in losses} == {"transformers"}
    names = {each["name"] for each in found.all("metric")}
    assert {"eval_loss", "train_loss", "grad_norm", "learning_rate"} <= names
    (told,) = [each for each in found.all("parameters") if each["owner"] == "TrainingArguments"]
    assert told["values"]["learning_rate"] == 1e-3
    given = set(told["values"]) - set(told["defaults"])
    assert {"learning_rate", "per_device_train_batch_size", "seed", "logging_steps"} <= given
    assert {"weight_decay", "adam_beta1", "max_steps"} <= set(told["defaults"])
    (optimizer,) = [each for each in found.all("parameters") if each["owner"] == "AdamW"][:1]
    assert set(optimizer["defaults"]) == set(optimizer["values"])
    (config,) = [each for each in found.all("parameters") if each["owner"] == "BertConfig"]
    assert config["values"]["hidden_size"] == 8
    assert {each["value"] for each in found.all("seed") if each["name"] == "torch"} == {0, 11}


def test_an_adapter_and_the_network_it_was_merged_into(train: Any) -> None:
    found = train(
        BASE
        + """
from peft import LoraConfig, PeftModel, get_peft_model
def base():
    return BertForSequenceClassification.from_pretrained("base")
adapted = get_peft_model(base(), LoraConfig(r=2, lora_alpha=4, target_modules=["query"]))
optimizer = torch.optim.AdamW([p for p in adapted.parameters() if p.requires_grad], lr=0.1)
loss = adapted(input_ids=torch.tensor([[1, 2]]), labels=torch.tensor([1])).loss
loss.backward()
optimizer.step()
adapted.save_pretrained("adapter")
merged = PeftModel.from_pretrained(base(), "adapter").merge_and_unload()
merged.save_pretrained("merged")
base().half().save_pretrained("half")
"""
    )
    written = by_name(found)
    adapter, merged = (
        written["adapter/adapter_model.safetensors"],
        written["merged/model.safetensors"],
    )
    assert (adapter["relation"], merged["relation"]) == ("adapter", "merged")
    assert adapter["base"] == merged["base"] == written["base/model.safetensors"]["location"]
    (made,) = [each for each in found.all("derived") if each["how"] == "merge_and_unload"]
    sources = {each["n"]: each["location"] for each in found.all("read") if "Peft" in each["by"]}
    assert made["n"] == merged["n"]
    assert sources[made["of"][0]] == adapter["location"]
    assert written["half/model.safetensors"]["relation"] == "converted"
    (told,) = [each for each in found.all("parameters") if each["owner"] == "LoraConfig"]
    assert (told["values"]["r"], told["values"]["lora_alpha"]) == (2, 4)
    assert {"r", "lora_alpha", "target_modules"}.isdisjoint(told["defaults"])
    assert "lora_dropout" in told["defaults"]


def test_generation_and_tokenizers(train: Any) -> None:
    found = train(
        """
import torch
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast
torch.manual_seed(0)
words = {"a": 0, "b": 1, "[UNK]": 2}
tokenizer = PreTrainedTokenizerFast(tokenizer_object=Tokenizer(WordLevel(words, "[UNK]")))
tokenizer.save_pretrained("words")
PreTrainedTokenizerFast.from_pretrained("words")
model = GPT2LMHeadModel(GPT2Config(vocab_size=3, n_embd=8, n_layer=1, n_head=2, n_positions=16))
for _ in range(3):
    model.generate(torch.tensor([[0]]), attention_mask=torch.tensor([[1]]), max_new_tokens=2,
                   do_sample=True, pad_token_id=0)
"""
    )
    (step,) = [each for each in found.all("step") if each["kind"] == "generate"]
    assert step["by"] == "GPT2LMHeadModel.generate"
    (told,) = [each for each in found.all("parameters") if each["owner"] == "generate"]
    assert told["values"] == {"max_new_tokens": 2, "do_sample": True}
    assert "words/tokenizer.json" in by_name(found)
    assert [Path(each["location"]).name for each in found.all("read")].count("tokenizer.json") == 1
