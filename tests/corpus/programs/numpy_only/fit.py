import numpy as np

rng = np.random.default_rng(2024)
data = np.loadtxt("points.csv", delimiter=",", skiprows=1)
X, y = data[:, :-1], data[:, -1]
X = np.c_[np.ones(len(X)), (X - X.mean(0)) / X.std(0)]

learning_rate = 0.1
n_iterations = 200
theta = rng.normal(size=X.shape[1])
for step in range(n_iterations):
    gradient = 2 / len(X) * X.T @ (X @ theta - y)
    theta -= learning_rate * gradient

mse = float(np.mean((X @ theta - y) ** 2))
print("mse", mse)
np.savez("theta.npz", theta=theta)
np.save("residuals.npy", X @ theta - y)
