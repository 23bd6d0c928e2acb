from transformers import GPT2Config, GPT2LMHeadModel, set_seed

set_seed(2)
GPT2LMHeadModel(GPT2Config(vocab_size=64, n_positions=32, n_embd=16, n_layer=1, n_head=2)).save_pretrained("tiny-gpt2")
