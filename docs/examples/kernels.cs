#:project ../../src/Math4AI.Native/Math4AI.Native.csproj

// How does a line divide what no line divides? And how sure is a curve between its points?
using Math4AI.Kernels;
using Math4AI.Kernels.GaussianProcesses;
using Math4AI.Kernels.Machines;
using MathNet.Numerics.LinearAlgebra;

// Two rings of points, one inside the other.
var random = new Random(1);
int[] rings = [.. Enumerable.Range(0, 400).Select(i => i % 2)];
Matrix<double> points = Matrix<double>.Build.Dense(400, 2);
for (int i = 0; i < 400; i++)
{
    double angle = 2 * Math.PI * random.NextDouble(), radius = 1.0 + rings[i] + 0.3 * (random.NextDouble() - 0.5);
    (points[i, 0], points[i, 1]) = (radius * Math.Cos(angle), radius * Math.Sin(angle));
}

foreach (Kernel kernel in new[] { Kernel.Linear(), Kernel.Polynomial(2), Kernel.Rbf(0.5) })
{
    SupportVectorClassifierFit machine = new SupportVectorClassifier { Kernel = kernel }.Fit(points, rings);
    double right = machine.Predict(points).Where((ring, i) => ring == rings[i]).Count() / 400.0;
    Console.WriteLine(
        $"{kernel,-16} {right:0%} of the points right, {machine.Machines[0].SupportVectors.Count} support vectors");
}

// A straight law, y = 2x, and what it misses: the process learns the rest, and says how sure it is.
Matrix<double> x = Matrix<double>.Build.Dense(60, 1, (i, _) => 0.1 * i);
Vector<double> y = Vector<double>.Build.Dense(60, i => 0.2 * i + Math.Sin(0.2 * i) + 0.1 * (random.NextDouble() - 0.5));
GaussianProcessFit process = new GaussianProcess().Fit(x, y);
Console.WriteLine(process);

Matrix<double> at = Matrix<double>.Build.DenseOfColumnArrays([3.05, 6.5, 9.0]);
GaussianProcessPrediction ahead = process.Predict(at);
for (int i = 0; i < 3; i++)
{
    Console.WriteLine($"x = {at[i, 0]:0.00}: y = {ahead.Mean[i]:0.00} ± {ahead.Deviation[i]:0.00}");
}
