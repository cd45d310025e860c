#:project ../../src/Math4AI.Native/Math4AI.Native.csproj

// What groups are in these data, and how many?
using Math4AI.Unsupervised.Clusters;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;

// Three groups in the plane; nobody says which sample belongs to which.
(double X, double Y)[] centers = [(0, 0), (5, 1), (2, 6)];
var noise = new Normal(0.0, 1.0, new Random(1));
Matrix<double> samples = Matrix<double>.Build.Dense(600, 2);
for (int i = 0; i < 600; i++)
{
    (double x, double y) = centers[i % 3];
    (samples[i, 0], samples[i, 1]) = (x + noise.Sample(), y + noise.Sample());
}

// The Bayesian information criterion is lowest at the number of components that the data support.
foreach (int k in new[] { 1, 2, 3, 4, 5 })
{
    Console.WriteLine($"{k} components: BIC {new GaussianMixture(k) { Starts = 3 }.Fit(samples).Bic:0}");
}

KMeansFit clusters = new KMeans(3).Fit(samples);
for (int c = 0; c < 3; c++)
{
    Console.WriteLine(
        $"center ({clusters.Centers[c, 0]:0.0}, {clusters.Centers[c, 1]:0.0}), {clusters.Counts[c]} samples");
}

// A mixture also says how sure an assignment is: this point lies between two groups.
Vector<double> sure = new GaussianMixture(3).Fit(samples)
    .Probabilities(Matrix<double>.Build.DenseOfRowArrays([2.6, 0.7])).Row(0);
Console.WriteLine($"between two groups: {sure.Maximum():0.00} for one, {1 - sure.Maximum():0.00} for the others");
