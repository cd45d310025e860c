using MathNet.Numerics.LinearAlgebra;
using TorchSharp;
using static TorchSharp.torch;

namespace Math4AI.Calculus;

/// <summary>
/// Computes exact derivatives of functions of tensors, by torch's automatic differentiation, at points that are vectors
/// of Math.NET. A function takes a tensor of one dimension in float64; nothing that it creates has to be disposed.
/// </summary>
public static class Derivative
{
    /// <summary>Computes the gradient ∇f(x), n numbers.</summary>
    /// <param name="function">f: Rⁿ → R.</param>
    /// <param name="at">x.</param>
    /// <exception cref="ArgumentException">
    /// f does not return a single number, or changes with x although no derivative leads back to x, as after
    /// <c>detach()</c> or <c>item()</c>.
    /// </exception>
    public static Vector<double> Gradient(Func<Tensor, Tensor> function, Vector<double> at)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Variable(at);
        return ToVector(GradientOf(Scalar(Connected(function, x)), x, createGraph: false));
    }

    /// <summary>
    /// Computes the Jacobian ∂f/∂x, m × n, by m reverse passes, or by n products with directions if n is less than m.
    /// </summary>
    /// <param name="function">f: Rⁿ → Rᵐ.</param>
    /// <param name="at">x.</param>
    /// <exception cref="ArgumentException">
    /// f changes with x although no derivative leads back to x, as after <c>detach()</c> or <c>item()</c>.
    /// </exception>
    public static Matrix<double> Jacobian(Func<Tensor, Tensor> function, Vector<double> at) =>
        Jacobian(function, at, Connected);

    private static Matrix<double> Jacobian(
        Func<Tensor, Tensor> function, Vector<double> at, Func<Func<Tensor, Tensor>, Tensor, Tensor> evaluate)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Variable(at);
        Tensor y = evaluate(function, x).reshape(-1);
        int rows = (int)y.shape[0], columns = at.Count;
        Matrix<double> jacobian = Matrix<double>.Build.Dense(rows, columns);
        if (rows <= columns)
        {
            for (int i = 0; i < rows; i++)
            {
                using DisposeScope row = NewDisposeScope();
                jacobian.SetRow(i, ToVector(GradientOf(y[i], x, createGraph: false)));
            }

            return jacobian;
        }

        for (int j = 0; j < columns; j++)
        {
            jacobian.SetColumn(
                j, Product(y, x, Vector<double>.Build.Dense(columns, i => i == j ? 1.0 : 0.0)));
        }

        return jacobian;
    }

    /// <summary>
    /// Computes the product ∂f/∂x · v, m numbers. The product with the transpose is linear in its weights u; its
    /// derivative with respect to u is this product.
    /// </summary>
    /// <param name="function">f: Rⁿ → Rᵐ.</param>
    /// <param name="at">x.</param>
    /// <param name="direction">v, n numbers.</param>
    public static Vector<double> JacobianVector(
        Func<Tensor, Tensor> function, Vector<double> at, Vector<double> direction)
    {
        RequireLength(direction, at.Count, nameof(direction));
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Variable(at);
        return Product(Connected(function, x).reshape(-1), x, direction);
    }

    private static Vector<double> Product(Tensor y, Tensor x, Vector<double> direction)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor weights = zeros_like(y).requires_grad_();
        Tensor transposed = GradientOf((y * weights).sum(), x, createGraph: true);
        return ToVector(GradientOf((transposed * Constant(direction)).sum(), weights, createGraph: false));
    }

    /// <summary>Computes the product uᵀ ∂f/∂x, n numbers, by one reverse pass.</summary>
    /// <param name="function">f: Rⁿ → Rᵐ.</param>
    /// <param name="at">x.</param>
    /// <param name="weights">u, m numbers.</param>
    public static Vector<double> VectorJacobian(
        Func<Tensor, Tensor> function, Vector<double> at, Vector<double> weights)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Variable(at);
        Tensor y = Connected(function, x).reshape(-1);
        RequireLength(weights, (int)y.shape[0], nameof(weights));
        return ToVector(GradientOf((y * Constant(weights)).sum(), x, createGraph: false));
    }

    /// <summary>Computes the Hessian ∂²f/∂x², n × n.</summary>
    /// <param name="function">f: Rⁿ → R.</param>
    /// <param name="at">x.</param>
    public static Matrix<double> Hessian(Func<Tensor, Tensor> function, Vector<double> at)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Variable(at);
        Tensor gradient = GradientOf(Scalar(Connected(function, x)), x, createGraph: true);
        Matrix<double> hessian = Matrix<double>.Build.Dense(at.Count, at.Count);
        for (int i = 0; i < at.Count; i++)
        {
            using DisposeScope row = NewDisposeScope();
            hessian.SetRow(i, ToVector(GradientOf(gradient[i], x, createGraph: false)));
        }

        return hessian;
    }

    /// <summary>Computes the product ∂²f/∂x² · v, n numbers, at about twice the cost of a gradient.</summary>
    /// <param name="function">f: Rⁿ → R.</param>
    /// <param name="at">x.</param>
    /// <param name="direction">v, n numbers.</param>
    public static Vector<double> HessianVector(
        Func<Tensor, Tensor> function, Vector<double> at, Vector<double> direction)
    {
        RequireLength(direction, at.Count, nameof(direction));
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Variable(at);
        Tensor gradient = GradientOf(Scalar(Connected(function, x)), x, createGraph: true);
        return ToVector(GradientOf((gradient * Constant(direction)).sum(), x, createGraph: false));
    }

    /// <summary>Computes the directional derivative ∇f · v.</summary>
    /// <param name="function">f: Rⁿ → R.</param>
    /// <param name="at">x.</param>
    /// <param name="direction">v, n numbers; it is not normalised.</param>
    public static double Directional(Func<Tensor, Tensor> function, Vector<double> at, Vector<double> direction)
    {
        RequireLength(direction, at.Count, nameof(direction));
        return Gradient(function, at) * direction;
    }

    /// <summary>Computes the Laplacian Σ ∂²f/∂x_i².</summary>
    /// <param name="function">f: Rⁿ → R.</param>
    /// <param name="at">x.</param>
    public static double Laplacian(Func<Tensor, Tensor> function, Vector<double> at) => Hessian(function, at).Trace();

    /// <summary>
    /// Compares the Jacobian with finite differences, extrapolated by Richardson's and Ridders' scheme. Source: C.
    /// Ridders, "Accurate computation of F′(x) and F′(x) F″(x)", Advances in Engineering Software 4 (1982).
    /// </summary>
    /// <param name="function">f: Rⁿ → Rᵐ.</param>
    /// <param name="at">x.</param>
    /// <returns>
    /// The largest difference, relative to the largest element of the column, or to 10⁻⁶ |f|/max(1, |x_j|) near x if
    /// that is larger: where a derivative is 0, finite differences leave some rounding error of f.
    /// </returns>
    /// <exception cref="ArgumentException">f is not finite at x, nor near it.</exception>
    public static double Check(Func<Tensor, Tensor> function, Vector<double> at)
    {
        Matrix<double> exact = Jacobian(function, at, Value);
        double worst = 0.0;
        for (int j = 0; j < at.Count; j++)
        {
            (Vector<double> estimate, double largest) = Extrapolate(function, at, j);
            double size = Math.Max(
                Math.Max(exact.Column(j).AbsoluteMaximum(), 1e-6 * largest / Math.Max(1.0, Math.Abs(at[j]))), 1e-300);
            worst = Math.Max(worst, (exact.Column(j) - estimate).AbsoluteMaximum() / size);
        }

        return worst;
    }

    /// <summary>
    /// Extrapolates central differences to a column of the Jacobian, by Richardson; returns the largest |f| among them
    /// too.
    /// </summary>
    private static (Vector<double> Column, double Largest) Extrapolate(
        Func<Tensor, Tensor> function, Vector<double> at, int axis)
    {
        const int Levels = 8;
        const double Shrink = 2.0;
        double step = StepInDomain(function, at, axis);
        double largest = Math.Max(
            Evaluate(function, at, axis, step).AbsoluteMaximum(),
            Evaluate(function, at, axis, -step).AbsoluteMaximum());
        var before = new List<Vector<double>>();
        (Vector<double>? Best, double Error) result = (null, double.PositiveInfinity);
        for (int level = 0; level < Levels; level++, step /= Shrink)
        {
            var row = new List<Vector<double>> { (Evaluate(function, at, axis, step)
                - Evaluate(function, at, axis, -step)) / (2.0 * step) };
            double factor = 1.0;
            for (int k = 0; k < before.Count; k++)
            {
                factor *= Shrink * Shrink;
                row.Add((factor * row[k] - before[k]) / (factor - 1.0));
                double error =
                    Math.Max((row[k + 1] - row[k]).AbsoluteMaximum(), (row[k + 1] - before[k]).AbsoluteMaximum());
                result = error < result.Error ? (row[k + 1], error) : result;
            }

            before = row;
        }

        return (result.Best!, largest);
    }

    /// <summary>
    /// Finds a step that does not leave the domain of f, such as that of a logarithm, on either side.
    /// </summary>
    private static double StepInDomain(Func<Tensor, Tensor> function, Vector<double> at, int axis)
    {
        const int MaxTrials = 40;
        double step = 0.1 * Math.Max(1.0, Math.Abs(at[axis]));
        for (int trial = 0; trial <= MaxTrials; trial++, step /= 4.0)
        {
            if (AreFinite(step) && AreFinite(-step))
            {
                return step;
            }
        }

        throw new ArgumentException(
            "The function is not finite at this point or near it, so there is no derivative to check.", nameof(at));

        bool AreFinite(double signed) => Evaluate(function, at, axis, signed).All(double.IsFinite);
    }

    private static Vector<double> Evaluate(Func<Tensor, Tensor> function, Vector<double> at, int axis, double step)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable mode = no_grad();
        Vector<double> moved = at.Clone();
        moved[axis] += step;
        return ToVector(Value(function, Constant(moved)).reshape(-1));
    }

    private static Tensor Value(Func<Tensor, Tensor> function, Tensor x)
    {
        ArgumentNullException.ThrowIfNull(function);
        return function(x);
    }

    /// <summary>
    /// Evaluates a function and refuses one that changes with x although no derivative leads back to x: its gradient
    /// would be 0 in silence.
    /// </summary>
    private static Tensor Connected(Func<Tensor, Tensor> function, Tensor x)
    {
        Tensor y = Value(function, x);
        if (y.requires_grad || y.numel() == 0 || !Moves(function, x, y))
        {
            return y;
        }

        throw new ArgumentException(
            "The function changes with x, but no derivative leads back to x: detach(), item(), no_grad() or a tensor "
            + "made anew from numbers cuts the way. Compute with the tensor x itself.",
            nameof(function));
    }

    // Whether a value changes between x and a point near it; steps of unlike sizes do not cancel each other.
    private static bool Moves(Func<Tensor, Tensor> function, Tensor x, Tensor y)
    {
        const double Step = 1e-4;
        using DisposeScope scope = NewDisposeScope();
        using IDisposable mode = no_grad();
        Vector<double> near = ToVector(x);
        near = near.MapIndexed((j, value) => value + Step * (1.0 + j % 7) * Math.Max(1.0, Math.Abs(value)));
        Vector<double> here = ToVector(y.reshape(-1)), there = ToVector(Value(function, Constant(near)).reshape(-1));
        return here.Count == there.Count
            && here.Zip(there).Any(pair => double.IsFinite(pair.First + pair.Second) && pair.First != pair.Second);
    }

    private static Tensor Scalar(Tensor value) =>
        value.numel() == 1
            ? value.sum()
            : throw new ArgumentException(
                $"The function returns {value.numel()} numbers, and a gradient needs one; use Jacobian instead.");

    private static Tensor GradientOf(Tensor scalar, Tensor x, bool createGraph)
    {
        if (!scalar.requires_grad)
        {
            return zeros_like(x);
        }

        Tensor gradient =
            autograd.grad([scalar], [x], retain_graph: true, create_graph: createGraph, allow_unused: true)[0];
        return gradient is null || gradient.IsInvalid ? zeros_like(x) : gradient;
    }

    private static Tensor Variable(Vector<double> at)
    {
        ArgumentNullException.ThrowIfNull(at);
        return tensor(at.ToArray(), float64).requires_grad_();
    }

    private static Tensor Constant(Vector<double> values) => tensor(values.ToArray(), float64);

    private static Vector<double> ToVector(Tensor values) =>
        Vector<double>.Build.Dense(values.detach().to(float64).contiguous().data<double>().ToArray());

    private static void RequireLength(Vector<double> vector, int length, string name)
    {
        ArgumentNullException.ThrowIfNull(vector, name);
        if (vector.Count != length)
        {
            throw new ArgumentException($"{vector.Count} numbers were given, and {length} are needed.", name);
        }
    }
}
