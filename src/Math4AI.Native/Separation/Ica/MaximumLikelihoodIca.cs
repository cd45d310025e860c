using System.Numerics.Tensors;
using Math4AI.Data;
using Math4AI.LinearAlgebra.Blocks;
using Math4AI.LinearAlgebra.Functions;
using Math4AI.Optimization;
using Math4AI.Runtime;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;

namespace Math4AI.Separation.Ica;

/// <summary>Settings of <see cref="Separator.MaximumLikelihood"/>.</summary>
public sealed record MaximumLikelihoodIcaOptions
{
    /// <summary>Gets the number of sources; null for as many as there are independent channels.</summary>
    public int? Sources { get; init; }

    /// <summary>Gets whether the sources are kept uncorrelated in the sample, as in FastICA.</summary>
    public bool IsOrthogonal { get; init; }

    /// <summary>
    /// Gets the unmixing matrix W at which the iteration begins, sources × channels, such as that of a similar
    /// recording; null for a random one.
    /// </summary>
    public Matrix<double>? Start { get; init; }

    /// <summary>Gets the seed of the random start: the same seed and number of threads give the same bits.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>
    /// Gets the tolerance: it has converged when the largest entry of the relative gradient is below this.
    /// </summary>
    public double Tolerance { get; init => field = Setting.Above(value, 0.0); } = 1e-7;

    /// <summary>Gets the maximum number of iterations.</summary>
    public int MaxIterations { get; init => field = Setting.AtLeast(value, 1); } = 500;
}

/// <summary>
/// Maximum likelihood by a relative quasi-Newton method. With u = W z of white z, the cost is C(W) = −log|det W| + Σ_i
/// E[u_i²/2 + s_i log cosh u_i], where s_i = 1 for heavy and −1 for light tails is estimated during the iteration.
/// Steps are W ← (I + tE) W, or W ← e^(tE) W with Eᵀ = −E where W stays orthogonal, along the limited-memory BFGS
/// direction whose first Hessian is that of independent sources: 2 × 2 blocks, or their antisymmetric part. Source: P.
/// Ablin, J.-F. Cardoso, A. Gramfort, "Faster independent component analysis by preconditioning with Hessian
/// approximations", IEEE Transactions on Signal Processing 66 (2018), and "Faster ICA under orthogonal constraint",
/// ICASSP (2018). Equals <c>picard.picard(extended=True)</c>.
/// </summary>
internal sealed class MaximumLikelihoodIca : WhiteningSeparator
{
    // A gradient g changes the cost by about g², which below √ε is less than its rounding.
    private const double Rounding = 1e-7;
    private const int Remembered = 7;
    private const int MaxHalvings = 10;
    private const double MinCurvature = 0.01;

    private static readonly Termination Stuck = Termination.NoProgress with
    {
        Advice = "Allow a larger tolerance, or choose another method.",
    };

    private readonly MaximumLikelihoodIcaOptions options;

    public MaximumLikelihoodIca(MaximumLikelihoodIcaOptions options)
        : base(options.Sources)
    {
        this.options = options;
    }

    /// <summary>Gets the entry of <see cref="Separator.Methods"/>.</summary>
    public static SeparationMethod Description { get; } = new("ml")
    {
        Summary = "maximum likelihood with densities of heavy and of light tails",
        Objective = "negative log-likelihood",
        TakesStart = true,
        HasStandardErrors = true,
        Factory = options => new MaximumLikelihoodIca(new MaximumLikelihoodIcaOptions
        {
            Sources = options.Sources,
            Seed = options.Seed,
            Start = options.Start,
        }),
    };

    public override SeparationMethod Method => Description;

    protected override (Unmixing Unmixing, Termination Termination) Solve(
        ISampleSource mixture, Whitening whitening, SeparationLog log, CancellationToken cancellation)
    {
        var samples = new WhiteSamples(mixture, whitening, cancellation);
        Matrix<double> first = Rotations.Start(options.Start, whitening, options.Seed);
        (Matrix<double> unmixing, Termination termination) =
            Minimize(samples, first, (gradient, cost) => log.Add("solve", gradient, cost));
        return (
            new Unmixing(
                unmixing * whitening.Matrix, whitening.Inverse * unmixing.Inverse(), whitening.Covariance.Mean),
            termination);
    }

    private (Matrix<double> Unmixing, Termination Termination) Minimize(
        WhiteSamples samples, Matrix<double> unmixing, Action<double, double> report)
    {
        double[] signs = new double[samples.Sources];
        Statistics now = samples.At(unmixing);
        var memory = new List<(Matrix<double> Step, Matrix<double> Difference)>();
        Matrix<double>? lastStep = null, lastGradient = null;
        for (int iteration = 0; iteration < options.MaxIterations; iteration++)
        {
            if (now.UpdateSigns(signs))
            {
                memory.Clear();
                lastStep = null;
            }

            Matrix<double> gradient = Gradient(now, signs);
            double size = gradient.Enumerate().Max(Math.Abs);
            report(size, now.Cost(signs));
            if (size < options.Tolerance)
            {
                return (unmixing, Termination.Converged);
            }

            Remember(memory, lastStep, lastGradient is null ? null : gradient - lastGradient);
            if (Advance(samples, unmixing, now, signs, gradient, memory) is not { } next)
            {
                // For a gradient this small, the cost changes by less than its rounding error.
                return (unmixing, size < Rounding ? Termination.Converged : Stuck);
            }

            (unmixing, now, lastStep, lastGradient) = (next.Unmixing, next.Statistics, next.Step, gradient);
        }

        return (unmixing, Termination.IterationLimit);
    }

    /// <summary>
    /// Steps along the quasi-Newton direction, or along the one without memory where the first gains nothing.
    /// </summary>
    private (Matrix<double> Unmixing, Statistics Statistics, Matrix<double> Step)? Advance(
        WhiteSamples samples, Matrix<double> unmixing, Statistics now, double[] signs, Matrix<double> gradient,
        List<(Matrix<double> Step, Matrix<double> Difference)> memory)
    {
        (Matrix<double> Unmixing, Statistics Statistics, Matrix<double> Step)? found =
            Search(samples, unmixing, now, signs, Direction(memory, gradient, now, signs));
        if (found is null && memory.Count > 0)
        {
            memory.Clear();
            found = Search(samples, unmixing, now, signs, Direction(memory, gradient, now, signs));
        }

        return found;
    }

    private static void Remember(
        List<(Matrix<double> Step, Matrix<double> Difference)> memory, Matrix<double>? step, Matrix<double>? difference)
    {
        if (step is null || difference is null || Dot(step, difference) <= 0.0)
        {
            return;
        }

        memory.Add((step, difference));
        if (memory.Count > Remembered)
        {
            memory.RemoveAt(0);
        }
    }

    /// <summary>Halves the step until the cost is lower; returns null if it never is.</summary>
    private (Matrix<double> Unmixing, Statistics Statistics, Matrix<double> Step)? Search(
        WhiteSamples samples, Matrix<double> unmixing, Statistics now, double[] signs, Matrix<double> direction)
    {
        double cost = now.Cost(signs), scale = 1.0;
        for (int halving = 0; halving < MaxHalvings; halving++, scale *= 0.5)
        {
            Matrix<double> step = scale * direction;
            Matrix<double> move = options.IsOrthogonal
                ? MatrixExponential.Of(step)
                : step + DenseMatrix.CreateIdentity(step.RowCount);
            if (!(move.Determinant() > 0.0))
            {
                continue;
            }

            Matrix<double> next = move * unmixing;
            Statistics there = samples.At(next);
            if (there.Cost(signs) < cost)
            {
                return (next, there, step);
            }
        }

        return null;
    }

    /// <summary>Computes the relative gradient, E[ψ(u) uᵀ] − I, or its antisymmetric part.</summary>
    private Matrix<double> Gradient(Statistics now, double[] signs)
    {
        Matrix<double> score = DenseMatrix.CreateDiagonal(signs.Length, signs.Length, i => signs[i]) * now.Score;
        return options.IsOrthogonal
            ? 0.5 * (score - score.Transpose())
            : score + now.Covariance - DenseMatrix.CreateIdentity(signs.Length);
    }

    /// <summary>Computes −H⁻¹ G by the two-loop recursion.</summary>
    private Matrix<double> Direction(
        List<(Matrix<double> Step, Matrix<double> Difference)> memory, Matrix<double> gradient, Statistics now,
        double[] signs)
    {
        Matrix<double> q = gradient.Clone();
        double[] weights = new double[memory.Count];
        for (int k = memory.Count - 1; k >= 0; k--)
        {
            (Matrix<double> step, Matrix<double> difference) = memory[k];
            weights[k] = Dot(step, q) / Dot(step, difference);
            q -= weights[k] * difference;
        }

        q = options.IsOrthogonal ? SolveOrthogonal(q, now, signs) : SolveFree(q, now, signs);
        for (int k = 0; k < memory.Count; k++)
        {
            (Matrix<double> step, Matrix<double> difference) = memory[k];
            q += (weights[k] - Dot(difference, q) / Dot(step, difference)) * step;
        }

        return -q;
    }

    /// <summary>
    /// Solves with the first Hessian, H_ij,ij = E[ψ′(u_i)] E[u_j²], H_ij,ji = 1: blocks of two, whose eigenvalues are
    /// kept away from 0.
    /// </summary>
    private static Matrix<double> SolveFree(Matrix<double> gradient, Statistics now, double[] signs)
    {
        int m = signs.Length;
        double Curvature(int i, int j) => (1.0 + signs[i] * now.Slope[i]) * now.Covariance[j, j];
        Matrix<double> solved = DenseMatrix.Create(m, m, 0.0);
        for (int i = 0; i < m; i++)
        {
            solved[i, i] = gradient[i, i] / (1.0 + Math.Max(MinCurvature, Curvature(i, i)));
            for (int j = 0; j < i; j++)
            {
                double a = Curvature(i, j), b = Curvature(j, i);
                double least = 0.5 * (a + b - Math.Sqrt((a - b) * (a - b) + 4.0));
                double shift = Math.Max(0.0, MinCurvature - least);
                (a, b) = (a + shift, b + shift);
                double determinant = a * b - 1.0;
                solved[i, j] = (b * gradient[i, j] - gradient[j, i]) / determinant;
                solved[j, i] = (a * gradient[j, i] - gradient[i, j]) / determinant;
            }
        }

        return solved;
    }

    /// <summary>Computes h_ij = (κ_i + κ_j)/2, κ_i = s_i (E[tanh′ u_i] − E[u_i tanh u_i]).</summary>
    private static Matrix<double> SolveOrthogonal(Matrix<double> gradient, Statistics now, double[] signs)
    {
        double Curvature(int i) => signs[i] * (now.Slope[i] - now.Score[i, i]);
        return DenseMatrix.Create(
            signs.Length, signs.Length,
            (i, j) => gradient[i, j] / Math.Max(MinCurvature, 0.5 * (Curvature(i) + Curvature(j))));
    }

    private static double Dot(Matrix<double> a, Matrix<double> b) => a.PointwiseMultiply(b).Enumerate().Sum();

    /// <summary>The statistics that a pass over the samples computes at one W.</summary>
    /// <param name="Score">E[tanh(u) uᵀ].</param>
    /// <param name="Slope">E[tanh′ u_i].</param>
    /// <param name="LogCosh">E[log cosh u_i].</param>
    /// <param name="Covariance">E[u uᵀ] = W Wᵀ.</param>
    /// <param name="LogDeterminant">log|det W|.</param>
    private sealed record Statistics(
        Matrix<double> Score, double[] Slope, double[] LogCosh, Matrix<double> Covariance, double LogDeterminant)
    {
        public double Cost(double[] signs) =>
            signs.Select((sign, i) => sign * LogCosh[i] + 0.5 * Covariance[i, i]).Sum() - LogDeterminant;

        /// <summary>
        /// Updates s_i, the sign of κ_i, from whether tails are heavy or light; returns whether one changed.
        /// </summary>
        public bool UpdateSigns(double[] signs)
        {
            bool changed = false;
            for (int i = 0; i < signs.Length; i++)
            {
                double sign = Slope[i] * Covariance[i, i] >= Score[i, i] ? 1.0 : -1.0;
                changed |= sign != signs[i];
                signs[i] = sign;
            }

            return changed;
        }
    }

    /// <summary>The white samples z = K (y − μ), computed block by block and never stored.</summary>
    private sealed class WhiteSamples
    {
        private readonly ISampleSource mixture;
        private readonly Matrix<double> whitening;
        private readonly double[] mean;
        private readonly BlockPass<double, Sums> pass;
        private readonly CancellationToken cancellation;

        public WhiteSamples(ISampleSource mixture, Whitening whitening, CancellationToken cancellation)
        {
            (this.mixture, this.whitening, this.cancellation) = (mixture, whitening.Matrix, cancellation);
            mean = whitening.Covariance.Mean.ToArray();
            pass = new BlockPass<double, Sums>(
                mixture, mixture.Read, Sources, () => new Sums(Sources, mixture.Channels));
        }

        public int Sources => whitening.RowCount;

        public Statistics At(Matrix<double> unmixing)
        {
            Matrix<double> whole = unmixing * whitening;
            double[] weights = whole.ToRowMajorArray();
            pass.Run(
                (sums, block, scratch, count, _) =>
                {
                    BlockKernels.Centre(block, count, mean);
                    sums.Add(weights, block, scratch, count);
                },
                cancellation);
            var total = new Sums(Sources, mixture.Channels);
            foreach (Sums sums in pass.States)
            {
                total.AddAndClear(sums);
            }

            Matrix<double> product = DenseMatrix.Create(
                Sources, mixture.Channels, (i, j) => total.Product[i * mixture.Channels + j] / mixture.Length);
            return new Statistics(
                product * whole.Transpose(),
                [.. total.Square.Select(square => 1.0 - square / mixture.Length)],
                [.. total.LogCosh.Select(sum => sum / mixture.Length)],
                unmixing * unmixing.Transpose(),
                Math.Log(Math.Abs(unmixing.Determinant())));
        }
    }

    /// <summary>The sums Σ tanh(u) (y − μ)ᵀ, Σ tanh² u and Σ log cosh u of one segment.</summary>
    private sealed class Sums(int sources, int channels) : IPartialSums
    {
        public IReadOnlyList<double[]> Totals => [Product, Square, LogCosh];

        public double[] Product { get; } = new double[sources * channels];

        public double[] Square { get; } = new double[sources];

        public double[] LogCosh { get; } = new double[sources];

        public void Add(double[] weights, ReadOnlySpan<double> block, Span<double> u, int count)
        {
            BlockKernels.Project<double>(weights, sources, block, channels, count, u);
            for (int source = 0; source < sources; source++)
            {
                (double squares, double logCosh) = Ica.LogCosh.ScoreAndSum(u.Slice(source * count, count));
                Square[source] += squares;
                LogCosh[source] += logCosh;
            }

            BlockKernels.AddOuterProduct<double>(u, sources, block, channels, count, Product);
        }

        public void AddAndClear(Sums other)
        {
            TensorPrimitives.Add<double>(Product, other.Product, Product);
            TensorPrimitives.Add<double>(Square, other.Square, Square);
            TensorPrimitives.Add<double>(LogCosh, other.LogCosh, LogCosh);
            Array.Clear(other.Product);
            Array.Clear(other.Square);
            Array.Clear(other.LogCosh);
        }
    }
}
