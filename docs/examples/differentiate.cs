#:project ../../src/Math4AI.Native/Math4AI.Native.csproj

// In which direction does a function grow, and how does it bend?
using Math4AI.Calculus;
using MathNet.Numerics.LinearAlgebra;
using static TorchSharp.torch;

// f(x) = x₁² x₂ + sin x₂, written with tensors.
Tensor F(Tensor x) => x[0] * x[0] * x[1] + x[1].sin();
Vector<double> at = Vector<double>.Build.Dense([1.0, 2.0]);

Vector<double> gradient = Derivative.Gradient(F, at);
Matrix<double> hessian = Derivative.Hessian(F, at);
Console.WriteLine($"∇f  = [{gradient[0]:0.0000}, {gradient[1]:0.0000}]");
Console.WriteLine(
    $"H f = [{hessian[0, 0]:0.0000}, {hessian[0, 1]:0.0000}; {hessian[1, 0]:0.0000}, {hessian[1, 1]:0.0000}]");

// By hand: ∇f = (2 x₁ x₂, x₁² + cos x₂) and H = [2 x₂, 2 x₁; 2 x₁, −sin x₂].
Console.WriteLine($"by hand: [{2 * at[0] * at[1]:0.0000}, {at[0] * at[0] + Math.Cos(at[1]):0.0000}]");

// A model with a thousand parameters has a Hessian of a million numbers; its product with a vector costs about two
// gradients.
Vector<double> direction = Vector<double>.Build.Dense([0.6, 0.8]);
Console.WriteLine($"slope and bend along (0.6, 0.8): {Derivative.Directional(F, at, direction):0.0000}, "
    + $"{Derivative.HessianVector(F, at, direction) * direction:0.0000}");
