#:project ../../src/Math4AI.Native/Math4AI.Native.csproj

// Do two variables depend on each other, although they do not correlate?
using Math4AI.Probability;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Statistics;

// y = x² + noise: the correlation is zero, and yet x tells much about y.
var random = new Random(1);
double[] x = [.. Enumerable.Range(0, 1000).Select(_ => 2.0 * random.NextDouble() - 1.0)];
double[] y = [.. x.Select(value => value * value + 0.1 * (random.NextDouble() - 0.5))];
Matrix<double> samples = Matrix<double>.Build.DenseOfColumnArrays(x, y);

Estimate information = MutualInformation.Ksg(samples);
IndependenceTest test = MutualInformation.Test(samples);
Console.WriteLine($"correlation:        {Correlation.Pearson(x, y):0.00}");
Console.WriteLine($"mutual information: {information.Value:0.00} ± {information.StandardError:0.00} nats");
Console.WriteLine($"independent with p = {test.PValue:0.00}");
Console.WriteLine($"entropy of x:       {Entropy.Spacings(x).Value:0.00} nats (a uniform variable of width 2 has "
    + $"{Math.Log(2.0):0.00})");
