import pandas as pd
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.metrics import silhouette_score
from sklearn.preprocessing import StandardScaler

customers = pd.read_csv("customers.csv", usecols=["age", "income", "spending"])
scaled = StandardScaler().fit_transform(customers)
reduced = PCA(n_components=2, random_state=11).fit_transform(scaled)
kmeans = KMeans(n_clusters=4, n_init=5, random_state=11)
customers["segment"] = kmeans.fit_predict(reduced)
print(f"silhouette={silhouette_score(reduced, customers['segment']):.5f} inertia={kmeans.inertia_:.3f}")
customers.to_csv("segments.csv", index=False)
