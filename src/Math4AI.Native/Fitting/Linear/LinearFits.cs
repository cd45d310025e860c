using System.Diagnostics;
using System.Numerics.Tensors;
using System.Runtime.Intrinsics;
using Math4AI.LinearAlgebra;
using Math4AI.LinearAlgebra.Blocks;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Factorization;

namespace Math4AI.Fitting.Linear;

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
/// XᵀDX + λI are sums over samples, so that one pass over blocks gives both. A part of the samples leads to the neighbourhood of the
/// answer, and its Hessian there serves the steps over all of them, which only need gradients. Equals
/// <c>sklearn.linear_model.LogisticRegression(C=1/λ)</c> and <c>Ridge(alpha=λ)</c>.
/// Source: T. Hastie, R. Tibshirani, J. Friedman, "The Elements of Statistical Learning", 2nd ed., section 4.4.1.
/// </summary>
public static class LinearFits
{
    private const double Tolerance = 1e-7;
    private const int MostPasses = 100;
    private const int SamplesForAStart = 40_000;
    private const int SamplesForAParameter = 400;
    private const double StartTolerance = 1e-3;

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

        return Solve(new LabelledSamples(inputs, classes), penalty, isLogistic: true, cancellation);
    }

    /// <summary>Ridge regression, least squares where λ = 0: ½ Σ (f − y)² + ½ λ ‖w‖² is least.</summary>
    /// <param name="inputs">X, samples × inputs.</param>
    /// <param name="targets">y.</param>
    /// <param name="penalty">λ, 0 or more.</param>
    /// <param name="cancellation">Stops between blocks.</param>
    /// <exception cref="ArgumentException">Shapes do not belong together, or a value is not finite.</exception>
    public static LinearFit Ridge(
        Matrix<double> inputs, Vector<double> targets, double penalty = 1.0, CancellationToken cancellation = default) =>
        Solve(new LabelledSamples(inputs, targets), penalty, isLogistic: false, cancellation);

    private static LinearFit Solve(LabelledSamples data, double penalty, bool isLogistic, CancellationToken cancellation)
    {
        if (!(penalty >= 0.0 && double.IsFinite(penalty)))
        {
            throw new ArgumentOutOfRangeException(nameof(penalty), penalty, "The penalty must be 0 or more.");
        }

        long start = Stopwatch.GetTimestamp();
        int stride = isLogistic ? data.Length / Math.Max(SamplesForAStart, SamplesForAParameter * data.Inputs) : 1;
        Vector<double> theta = Vector<double>.Build.Dense(data.Inputs + 1);
        Matrix<double>? hessian = null;
        if (stride > 1)
        {
            LabelledSamples part = data.Part(stride);
            var descent = new NewtonDescent(part, penalty * part.Length / data.Length, isLogistic, cancellation);
            theta = descent.Run(theta, null, StartTolerance).Theta;
            hessian = descent.Sum(theta, withHessian: true).Curvature() * ((double)data.Length / part.Length);
        }

        (theta, double cost, double norm, int passes) =
            new NewtonDescent(data, penalty, isLogistic, cancellation).Run(theta, hessian, Tolerance);
        if (!double.IsFinite(cost))
        {
            throw new ArgumentException("The data hold values that are not finite.");
        }

        return new LinearFit(
            theta.SubVector(0, theta.Count - 1), theta[^1], cost, norm, passes, norm <= Tolerance,
            Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    /// <summary>Newton's steps over some samples.</summary>
    private sealed class NewtonDescent
    {
        private readonly LabelledSamples data;
        private readonly double penalty;
        private readonly bool isLogistic;
        private readonly CancellationToken cancellation;
        private readonly BlockPass<double, Sums> pass;

        public NewtonDescent(LabelledSamples data, double penalty, bool isLogistic, CancellationToken cancellation)
        {
            (this.data, this.penalty, this.isLogistic, this.cancellation) = (data, penalty, isLogistic, cancellation);
            pass = new BlockPass<double, Sums>(data, (_, _, _) => { }, Sums.ScratchChannels, () => new Sums(data.Inputs + 1));
        }

        /// <summary>
        /// Steps from θ; one that raises the cost is halved. The Hessian stays as it is while it serves, and what the steps show
        /// of its error is made good as BFGS does. The norm of the gradient is given as a share of that at w = 0, b = 0.
        /// </summary>
        public (Vector<double> Theta, double Cost, double Norm, int Passes) Run(
            Vector<double> theta, Matrix<double>? hessian, double tolerance)
        {
            Cholesky<double>? factor = hessian?.Cholesky();
            var pairs = new List<(Vector<double> Step, Vector<double> Change)>();
            Vector<double> step = theta * 0.0, gradientHere = step;
            (double Cost, double Norm) here = (double.PositiveInfinity, double.PositiveInfinity);
            double scale = 0.0;
            for (int passes = 1; ; passes++)
            {
                Vector<double> next = theta - step;
                Sums total = Sum(next, withHessian: factor is null, withFirst: passes == 1);
                scale = passes == 1 ? Vector<double>.Build.Dense(total.FirstGradient).L2Norm() : scale;
                Vector<double> gradient = Vector<double>.Build.Dense(total.Gradient);
                double norm = scale > 0.0 ? gradient.L2Norm() / scale : 0.0;
                if (!double.IsFinite(total.Cost) || passes >= MostPasses || norm <= tolerance)
                {
                    return (next, total.Cost, norm, passes);
                }

                if (total.Cost > here.Cost + 1e-12 * Math.Abs(here.Cost) && norm > here.Norm)
                {
                    step *= 0.5;
                    continue;
                }

                if (factor is null)
                {
                    factor = total.Curvature().Cholesky();
                    pairs.Clear();
                }
                else if (norm > GoodStep * here.Norm && double.IsFinite(here.Norm))
                {
                    // The Hessian is from too far away: it is summed again where we are.
                    (factor, theta, step) = (null, next, theta * 0.0);
                    here = (double.PositiveInfinity, double.PositiveInfinity);
                    continue;
                }
                else if (double.IsFinite(here.Norm))
                {
                    pairs.Add((next - theta, gradient - gradientHere));
                }

                (theta, here, gradientHere) = (next, (total.Cost, norm), gradient);
                step = Direction(gradient, pairs, factor);
            }
        }

        /// <summary>One pass over the samples.</summary>
        public Sums Sum(Vector<double> theta, bool withHessian, bool withFirst = false)
        {
            double[] weights = theta.ToArray();
            pass.Run(
                (sums, room, scratch, count, start) =>
                {
                    LabelledBlock block = data.Block((int)start, count);
                    Span<double> root = scratch[count..];
                    sums.AddGradient(block, weights, isLogistic, scratch[..count], root);
                    if (withHessian)
                    {
                        sums.AddHessian(block, root, room);
                    }

                    if (withFirst)
                    {
                        sums.AddFirst(block, isLogistic, scratch[..count]);
                    }
                },
                cancellation);
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
                total.Hessian[i * weights.Length + i] *= 1.0 + 1e-14 * Math.Sqrt(data.Length);
            }

            return total;
        }

        /// <summary>B⁻¹g by the two loops of L-BFGS, with the inverse of the Hessian in the middle.</summary>
        private static Vector<double> Direction(
            Vector<double> gradient, List<(Vector<double> Step, Vector<double> Change)> pairs, Cholesky<double> factor)
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
    }

    /// <summary>Cost, gradient and Hessian of a segment.</summary>
    private sealed class Sums(int parameters)
    {
        public const int ScratchChannels = 2;

        public double Cost { get; set; }

        public double[] Gradient { get; } = new double[parameters];

        /// <summary>The gradient at w = 0, b = 0.</summary>
        public double[] FirstGradient { get; } = new double[parameters];

        /// <summary>Its upper triangle, column after column.</summary>
        public double[] Hessian { get; } = new double[parameters * parameters];

        public void AddGradient(LabelledBlock block, double[] theta, bool isLogistic, Span<double> slope, Span<double> root)
        {
            int inputs = parameters - 1;
            BlockKernels.Project(theta.AsSpan(0, inputs), 1, block.X, inputs, slope.Length, slope, block.Stride);
            TensorPrimitives.Add(slope, theta[inputs], slope);
            Cost += isLogistic ? LogisticSlopes(slope, block.Y, root) : SquaredSlopes(slope, block.Y, root);
            AddSlopes(slope, block, Gradient);
        }

        public void AddHessian(LabelledBlock block, ReadOnlySpan<double> root, Span<double> room)
        {
            int inputs = parameters - 1, count = root.Length;
            for (int i = 0; i < inputs; i++)
            {
                TensorPrimitives.Multiply(block.X.Slice(i * block.Stride, count), root, room.Slice(i * count, count));
            }

            root.CopyTo(room[(inputs * count)..]);
            BlockKernels.AddGram(room, parameters, count, Hessian);
        }

        public void AddFirst(LabelledBlock block, bool isLogistic, Span<double> slope)
        {
            TensorPrimitives.Subtract(isLogistic ? 0.5 : 0.0, block.Y, slope);
            AddSlopes(slope, block, FirstGradient);
        }

        public Matrix<double> Curvature() =>
            Matrix<double>.Build.Dense(parameters, parameters, (i, j) => Hessian[Math.Max(i, j) * parameters + Math.Min(i, j)]);

        public void AddAndClear(Sums other)
        {
            Cost += other.Cost;
            other.Cost = 0.0;
            foreach ((double[] sum, double[] part) in
                new[] { (Gradient, other.Gradient), (FirstGradient, other.FirstGradient), (Hessian, other.Hessian) })
            {
                TensorPrimitives.Add<double>(sum, part, sum);
                Array.Clear(part);
            }
        }

        /// <summary>gradient += [X 1]ᵀ slope.</summary>
        private static void AddSlopes(ReadOnlySpan<double> slope, LabelledBlock block, double[] gradient)
        {
            int inputs = gradient.Length - 1;
            BlockKernels.AddOuterProduct(slope, 1, block.X, inputs, slope.Length, gradient, block.Stride);
            gradient[inputs] += BlockKernels.Sum(slope);
        }

        /// <summary>f becomes p − y, and the root √(p (1 − p)); returns Σ log(1 + e^f) − y f.</summary>
        private static double LogisticSlopes(Span<double> f, ReadOnlySpan<double> y, Span<double> root)
        {
            int width = Vector512<double>.Count, i = 0;
            Vector512<double> costs = default;
            for (; i <= f.Length - width; i += width)
            {
                Vector512<double> here = Vector512.Create<double>(f[i..]), label = Vector512.Create(y[i..]);
                Vector512<double> tail = Vector512.Exp(-Vector512.Abs(here)), share = Vector512<double>.One / (Vector512<double>.One + tail);
                Vector512<double> probability = Vector512.ConditionalSelect(
                    Vector512.GreaterThanOrEqual(here, Vector512<double>.Zero), share, tail * share);
                costs += Vector512.Max(here, Vector512<double>.Zero) - label * here - Vector512.Log(share);
                (Vector512.Sqrt(tail) * share).CopyTo(root[i..]);
                (probability - label).CopyTo(f[i..]);
            }

            double cost = Vector512.Sum(costs);
            for (; i < f.Length; i++)
            {
                double tail = Math.Exp(-Math.Abs(f[i])), share = 1.0 / (1.0 + tail);
                double probability = f[i] >= 0.0 ? share : tail * share;
                cost += Math.Max(f[i], 0.0) - y[i] * f[i] - Math.Log(share);
                root[i] = Math.Sqrt(tail) * share;
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
