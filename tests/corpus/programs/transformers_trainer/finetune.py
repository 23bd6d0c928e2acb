import os

os.environ["HF_HUB_OFFLINE"] = "1"

from datasets import load_dataset
from transformers import (
    AutoModelForSequenceClassification,
    AutoTokenizer,
    Trainer,
    TrainingArguments,
)

dataset = load_dataset("json", data_files="reviews.jsonl", split="train")
dataset = dataset.train_test_split(test_size=0.25, seed=42)

tokenizer = AutoTokenizer.from_pretrained("tiny-bert")


def preprocess(examples):
    encoded = tokenizer(examples["text"], truncation=True, padding="max_length", max_length=16)
    encoded["labels"] = [int(stars >= 4) for stars in examples["stars"]]
    return encoded


tokenized = dataset.map(preprocess, batched=True, remove_columns=["text", "stars"])
model = AutoModelForSequenceClassification.from_pretrained("tiny-bert", num_labels=2)
args = TrainingArguments(
    output_dir="results",
    learning_rate=5e-4,
    per_device_train_batch_size=16,
    num_train_epochs=2,
    weight_decay=0.01,
    eval_strategy="epoch",
    logging_steps=5,
    save_strategy="no",
    report_to="none",
    seed=13,
    use_cpu=True,
)
trainer = Trainer(model=model, args=args, train_dataset=tokenized["train"], eval_dataset=tokenized["test"])
trainer.train()
print("eval_loss", trainer.evaluate()["eval_loss"])
trainer.save_model("finetuned")
