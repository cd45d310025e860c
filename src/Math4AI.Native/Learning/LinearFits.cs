using System.Diagnostics;
using System.Numerics.Tensors;
using Math4AI.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Learning;

/// <summary>A linear predictor, f(x) = w·x + b, as <see cref="LinearFits"/> finds it.</summary>
/// <param name="Weights">w.</param>
/// <param name="Intercept">b.</param>
/// <param name="Cost">Σ d(f(x_i), y_i) + ½ λ ‖w‖².</param>
/// <param name="GradientNorm">The norm of the gradient, as a share of that at w = 0, b = 0.</param>
/// <param name="Passes">How often all of the data were read.</param>
/// <param name="IsConverged">Whether the gradient's norm is under the tolerance.</param>
/// <param name="Seconds">The seconds it took.</param>
public sealed record LinearFit(
    Vector<double> Weights, double Intercept, double Cost, double GradientNorm, int Passes, bool IsConverged, double Seconds);

/// <summary>
/// Logistic and ridge regression with many samples, by Newton's method: the gradient Xᵀ(p − y) + λw and the Hessian
/// XᵀDX + λI are sums over samples, so that one pass over blocks gives both. A part of the data leads to the neighbourhood of the
/// answer, and its Hessian serves the steps over all of it, which only need gradients. Equals
/// <c>sklearn.linear_model.LogisticRegression(C=1/λ)</c> and <c>Ridge(alpha=λ)</c>.
/// Source: T. Hastie, R. Tibshirani, J. Friedman, "The Elements of Statistical Learning", 2nd ed., section 4.4.1.
/// </summary>
public static class LinearFits
{
    private const double Tolerance = 1e-7;
    private const int MostPasses = 100;
    private const int SamplesForAStart = 40_000;

    // While each step shortens the gradient by this factor, the Hessian need not be summed again.
    private const double GoodStep = 0.2;

    /// <summary>Logistic regression: y is 0 or 1, and Σ log(1 + e^f) − y f + ½ λ ‖w‖² is least.</summary>
    /// <param name="inputs">X, samples × inputs.</param>
    /// <param name="classes">y.</param>
    /// <param name="penalty">λ, 0 or more.</param>
    /// <param name="cancellation">Stops between blocks.</param>
    /// <exception cref="ArgumentException">Shapes do not belong together, or a value is not finite or no class.</exception>
    public static LinearFit Logistic(
        Matrix<double> inputs, Vector<double> classes, double penalty = 1.0, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(classes);
        int wrong = classes.ToList().FindIndex(value => value is not (0.0 or 1.0));
        if (wrong >= 0)
        {
            throw new ArgumentException($"Sample {wrong + 1} has the class {classes[wrong]}; classes are 0 and 1.", nameof(classes));
        }

        return Solve(new LabelledSource(inputs, classes), penalty, isLogistic: true, cancellation);
    }

    /// <summary>Ridge regression, least squares where λ = 0: ½ Σ (f − y)² + ½ λ ‖w‖² is least.</summary>
    /// <param name="inputs">X, samples × inputs.</param>
    /// <param name="targets">y.</param>
    /// <param name="penalty">λ, 0 or more.</param>
    /// <param name="cancellation">Stops between blocks.</param>
    /// <exception cref="ArgumentException">Shapes do not belong together, or a value is not finite.</exception>
    public static LinearFit Ridge(
        Matrix<double> inputs, Vector<double> targets, double penalty = 1.0, CancellationToken cancellation = default) =>
        Solve(new LabelledSource(inputs, targets), penalty, isLogistic: false, cancellation);

    private static LinearFit Solve(LabelledSource data, double penalty, bool isLogistic, CancellationToken cancellation)
    {
        if (!(penalty >= 0.0 && double.IsFinite(penalty)))
        {
            throw new ArgumentOutOfRangeException(nameof(penalty), penalty, "The penalty must be 0 or more.");
        }

        long start = Stopwatch.GetTimestamp();
        int stride = isLogistic ? (int)Math.Min(1000, data.Length / Math.Max(SamplesForAStart, 1000L * data.Channels)) : 1;
        var state = new State(Vector<double>.Build.Dense(data.Channels - 1), null, 0.0);
        if (stride > 1)
        {
            var part = new SubsampledSource(data, stride);
            double share = (double)part.Length / data.Length;
            (state, _, _, _) = Newton(part, state, penalty * share, isLogistic, 1e-3, cancellation);
            state = state with { Hessian = state.Hessian! / share, Scale = state.Scale / share };
        }

        (state, double cost, double norm, int passes) = Newton(data, state, penalty, isLogistic, Tolerance, cancellation);
        Vector<double> theta = state.Theta;
        if (!double.IsFinite(cost))
        {
            throw new ArgumentException("The data hold values that are not finite.");
        }

        return new LinearFit(
            theta.SubVector(0, theta.Count - 1), theta[^1], cost, norm, passes, norm <= Tolerance,
            Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    /// <summary>
    /// Newton's steps from θ; one that raises the cost is halved. The Hessian stays as it is while it serves, and what the steps show
    /// of its error is made good as BFGS does.
    /// </summary>
    private static (State State, double Cost, double Norm, int Passes) Newton(
        ISampleSource data, State state, double penalty, bool isLogistic, double tolerance, CancellationToken cancellation)
    {
        (Vector<double> theta, Matrix<double>? hessian, double scale) = state;
        int count = theta.Count, passes = 0;
        var pass = new BlockPass<double, Sums>(data, data.Read, 2, () => new Sums(count));
        var factor = hessian?.Cholesky();
        var pairs = new List<(Vector<double> Step, Vector<double> Change)>();
        Vector<double> step = theta * 0.0, gradientHere = step;
        (double Cost, double Norm) here = (double.PositiveInfinity, double.PositiveInfinity);
        while (true)
        {
            Vector<double> next = theta - step;
            Sums total = Sum(pass, next, penalty, isLogistic, withHessian: hessian is null, data.Length, cancellation);
            passes++;
            Vector<double> gradient = Vector<double>.Build.Dense(total.Gradient);
            double norm = gradient.L2Norm();
            scale = scale > 0.0 ? scale : norm;
            if (!double.IsFinite(total.Cost) || passes >= MostPasses || norm <= tolerance * scale)
            {
                return (new State(next, hessian ?? total.Curvature(), scale), total.Cost, scale > 0.0 ? norm / scale : 0.0, passes);
            }

            if (total.Cost > here.Cost + 1e-12 * Math.Abs(here.Cost) && norm > here.Norm)
            {
                step *= 0.5;
                continue;
            }

            if (hessian is null)
            {
                hessian = total.Curvature();
                factor = hessian.Cholesky();
                pairs.Clear();
            }
            else if (norm > GoodStep * here.Norm && double.IsFinite(here.Norm))
            {
                // The Hessian is from too far away: it is summed again where we are.
                (hessian, theta, step) = (null, next, theta * 0.0);
                here = (double.PositiveInfinity, double.PositiveInfinity);
                continue;
            }
            else if (double.IsFinite(here.Norm))
            {
                pairs.Add((next - theta, gradient - gradientHere));
            }

            (theta, here, gradientHere) = (next, (total.Cost, norm), gradient);
            step = Direction(gradient, pairs, factor!);
        }
    }

    /// <summary>B⁻¹g by the two loops of L-BFGS, with the inverse of the Hessian in the middle.</summary>
    private static Vector<double> Direction(
        Vector<double> gradient,
        List<(Vector<double> Step, Vector<double> Change)> pairs,
        MathNet.Numerics.LinearAlgebra.Factorization.Cholesky<double> factor)
    {
        Vector<double> q = gradient;
        double[] shares = new double[pairs.Count];
        for (int k = pairs.Count - 1; k >= 0; k--)
        {
            (Vector<double> s, Vector<double> y) = pairs[k];
            shares[k] = s * q / (s * y);
            q -= shares[k] * y;
        }

        q = factor.Solve(q);
        for (int k = 0; k < pairs.Count; k++)
        {
            (Vector<double> s, Vector<double> y) = pairs[k];
            q += (shares[k] - y * q / (s * y)) * s;
        }

        return q;
    }

    private static Sums Sum(
        BlockPass<double, Sums> pass,
        Vector<double> theta,
        double penalty,
        bool isLogistic,
        bool withHessian,
        long samples,
        CancellationToken cancellation)
    {
        double[] weights = theta.ToArray();
        pass.Run((sums, block, scratch, count, _) => sums.Add(block, scratch, count, weights, isLogistic, withHessian), cancellation);
        var total = new Sums(weights.Length);
        foreach (Sums sums in pass.States)
        {
            total.AddAndClear(sums);
        }

        for (int i = 0; i + 1 < weights.Length; i++)
        {
            total.Cost += 0.5 * penalty * weights[i] * weights[i];
            total.Gradient[i] += penalty * weights[i];
            total.Hessian[i * weights.Length + i] += penalty;
        }

        // Inputs that depend on each other leave the Hessian singular up to rounding.
        for (int i = 0; i < weights.Length; i++)
        {
            total.Hessian[i * weights.Length + i] *= 1.0 + 1e-14 * Math.Sqrt(samples);
        }

        return total;
    }

    /// <summary>Where an iteration stands.</summary>
    /// <param name="Theta">w and b.</param>
    /// <param name="Hessian">The Hessian there, or near; null where it is not known.</param>
    /// <param name="Scale">The norm of the first gradient; 0 where there was none.</param>
    private sealed record State(Vector<double> Theta, Matrix<double>? Hessian, double Scale);

    /// <summary>X, a column of ones, and y.</summary>
    private sealed class LabelledSource : ISampleSource
    {
        private readonly MatrixSampleSource inputs;
        private readonly double[] targets;

        public LabelledSource(Matrix<double> inputs, Vector<double> targets)
        {
            ArgumentNullException.ThrowIfNull(inputs);
            ArgumentNullException.ThrowIfNull(targets);
            if (inputs.RowCount != targets.Count || inputs.RowCount == 0)
            {
                throw new ArgumentException($"There are {inputs.RowCount} samples of X and {targets.Count} of y.");
            }

            this.inputs = new MatrixSampleSource(inputs);
            this.targets = targets.AsArray() ?? targets.ToArray();
        }

        public int Channels => inputs.Channels + 2;

        public long Length => inputs.Length;

        public double Epsilon => inputs.Epsilon;

        public void Read(long start, int count, Span<double> block)
        {
            inputs.Read(start, count, block[..(inputs.Channels * count)]);
            block.Slice(inputs.Channels * count, count).Fill(1.0);
            targets.AsSpan((int)start, count).CopyTo(block[((inputs.Channels + 1) * count)..]);
        }
    }

    /// <summary>Cost, gradient and Hessian of a segment.</summary>
    private sealed class Sums(int parameters)
    {
        public double Cost { get; set; }

        public double[] Gradient { get; } = new double[parameters];

        public double[] Hessian { get; } = new double[parameters * parameters];

        public void Add(Span<double> block, Span<double> scratch, int count, double[] theta, bool isLogistic, bool withHessian)
        {
            Span<double> x = block[..(parameters * count)], y = block.Slice(parameters * count, count);
            Span<double> slope = scratch[..count], root = scratch[count..];
            BlockKernels.Project(theta, 1, x, parameters, count, slope);
            Cost += isLogistic ? LogisticSlopes(slope, y, root) : SquaredSlopes(slope, y, root);
            BlockKernels.AddOuterProduct(slope, 1, x, parameters, count, Gradient);
            if (withHessian)
            {
                for (int i = 0; i < parameters && isLogistic; i++)
                {
                    Span<double> column = x.Slice(i * count, count);
                    TensorPrimitives.Multiply(column, root, column);
                }

                BlockKernels.AddOuterProduct(x, parameters, x, parameters, count, Hessian);
            }
        }

        public Matrix<double> Curvature() => Matrix<double>.Build.Dense(parameters, parameters, [.. Hessian]);

        public void AddAndClear(Sums other)
        {
            Cost += other.Cost;
            TensorPrimitives.Add<double>(Gradient, other.Gradient, Gradient);
            TensorPrimitives.Add<double>(Hessian, other.Hessian, Hessian);
            other.Cost = 0.0;
            Array.Clear(other.Gradient);
            Array.Clear(other.Hessian);
        }

        /// <summary>f becomes p − y, and the root √(p (1 − p)); returns Σ log(1 + e^f) − y f.</summary>
        private static double LogisticSlopes(Span<double> f, ReadOnlySpan<double> y, Span<double> root)
        {
            double cost = 0.0;
            for (int i = 0; i < f.Length; i++)
            {
                double tail = Math.Exp(-Math.Abs(f[i]));
                double probability = f[i] >= 0.0 ? 1.0 / (1.0 + tail) : tail / (1.0 + tail);
                cost += Math.Max(f[i], 0.0) - y[i] * f[i] + Math.Log(1.0 + tail);
                root[i] = Math.Sqrt(tail) / (1.0 + tail);
                f[i] = probability - y[i];
            }

            return cost;
        }

        /// <summary>f becomes f − y; returns ½ Σ (f − y)².</summary>
        private static double SquaredSlopes(Span<double> f, ReadOnlySpan<double> y, Span<double> root)
        {
            root.Fill(1.0);
            TensorPrimitives.Subtract(f, y, f);
            return 0.5 * TensorPrimitives.SumOfSquares(f);
        }
    }
}
