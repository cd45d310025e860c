#:project ../../src/Math4AI.Native/Math4AI.Native.csproj

// How many digits of a solution can be trusted?
using Math4AI.LinearAlgebra.Solves;
using Math4AI.Runtime;
using MathNet.Numerics.LinearAlgebra;

// The Hilbert matrix of order 8, a famously hard one, and a right-hand side whose solution is all ones.
Matrix<double> a = Matrix<double>.Build.Dense(8, 8, (i, j) => 1.0 / (i + j + 1));
Vector<double> ones = Vector<double>.Build.Dense(8, 1.0);
Vector<double> x = a.Solve(a * ones);

double condition = ConditionEstimate.Of(a);
Console.WriteLine($"Math.NET runs on {Compute.Provider}.");
Console.WriteLine(
    $"condition number: {condition:0.0e+0}, so expect an error of at most about {condition * 1.1e-16:0.0e+0}");
Console.WriteLine($"error:            {(x - ones).InfinityNorm():0.0e+0}");

// A line through points: least squares, with its rank and its residual.
double[] time = [0, 1, 2, 3, 4], height = [1.0, 2.9, 5.1, 7.0, 9.1];
Matrix<double> design = Matrix<double>.Build.Dense(5, 2, (i, j) => j == 0 ? 1.0 : time[i]);
LeastSquaresSolution<double> line = LeastSquares.Solve(design, Vector<double>.Build.Dense(height).ToColumnMatrix());
Console.WriteLine($"height = {line.Solution[0, 0]:0.00} + {line.Solution[1, 0]:0.00} · time, rank {line.Rank}");
