#:project ../../src/Math4AI.Native/Math4AI.Native.csproj

// Where is the minimum, and which method finds it with the least work?
using Math4AI.Calculus;
using Math4AI.Optimization;
using MathNet.Numerics.LinearAlgebra;
using static TorchSharp.torch;

// Rosenbrock's valley: the minimum is 0 at (1, 1), at the end of a curved valley.
Tensor F(Tensor x) => (1 - x[0]).square() + 100 * (x[1] - x[0].square()).square();
Cost valley = Cost.Of(
    parameters: 2,
    value: x => Math.Pow(1 - x[0], 2) + 100 * Math.Pow(x[1] - x[0] * x[0], 2),
    gradient: x => Derivative.Gradient(F, x));
Vector<double> start = Vector<double>.Build.Dense([-1.2, 1.0]);

foreach (string name in new[] { "auto", "lbfgs", "trust-newton", "nelder-mead" })
{
    Minimum minimum = Minimizer.Methods[name]().Minimize(valley, start);
    Console.WriteLine($"{name,-12} ({minimum.Parameters[0]:0.000000}, {minimum.Parameters[1]:0.000000}), "
        + $"{minimum.Evaluations} values and {minimum.GradientEvaluations} gradients, "
        + $"{(minimum.IsConverged ? "converged" : "not converged")}");
}
