using Math4AI.Data;
using Math4AI.LinearAlgebra.Blocks;
using Math4AI.Optimization;
using Math4AI.Runtime;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Separation.Ica;

/// <summary>Settings of <see cref="Separator.FastIca"/>.</summary>
public sealed record FastIcaOptions
{
    /// <summary>Gets the number of sources; null for as many as there are independent channels.</summary>
    public int? Sources { get; init; }

    /// <summary>Gets the contrast function.</summary>
    public Contrast Contrast { get; init; } = Contrast.LogCosh;

    /// <summary>
    /// Gets whether the sources are found one by one, each orthogonal to those before, instead of all together.
    /// </summary>
    public bool IsOneByOne { get; init; }

    /// <summary>
    /// Gets the unmixing matrix W at which the iteration begins, sources × channels, such as that of a similar
    /// recording; null for a random one.
    /// </summary>
    public Matrix<double>? Start { get; init; }

    /// <summary>Gets the seed of the random start: the same seed and number of threads give the same bits.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>
    /// Gets the tolerance: it has converged when max |1 − |⟨w, w_before⟩|| over the rows of W is below this.
    /// </summary>
    public double Tolerance { get; init => field = Setting.Above(value, 0.0); } = 1e-4;

    /// <summary>Gets the maximum number of iterations.</summary>
    public int MaxIterations { get; init => field = Setting.AtLeast(value, 1); } = 200;
}

/// <summary>
/// FastICA, symmetric or one by one. On white data z, each row w of the orthogonal W takes the fixed-point step w⁺ =
/// E[z g(wᵀz)] − E[g′(wᵀz)] w with the score g of the contrast; then all rows are made orthogonal together, W ← (W
/// Wᵀ)^(−½) W, or each to those before it. Source: A. Hyvärinen, "Fast and robust fixed-point algorithms for
/// independent component analysis", IEEE Transactions on Neural Networks 10 (1999). Equals
/// <c>sklearn.decomposition.FastICA</c> with <c>algorithm</c> "parallel" or "deflation" and <c>fun</c> "logcosh", "exp"
/// or "cube".
/// </summary>
/// <remarks>
/// The files, in the order of the computation: <see cref="Whitening"/>; <see cref="Rotations"/>, where W begins and how
/// it is made orthogonal; <see cref="FixedPointPass"/>, one step as one pass over the data, and
/// <see cref="FusedFixedPointPass"/>, the same for up to four channels in one loop; <see cref="Ica.Contrast"/> with
/// <see cref="LogCoshContrast"/>, <see cref="ExpContrast"/> and <see cref="CubeContrast"/>, and <see cref="LogCosh"/>,
/// the vectorized loops of the first; <see cref="SaddlePoints"/>, which leaves fixed points that are no maxima;
/// <see cref="ContrastSample"/>, the objective that is reported.
/// </remarks>
internal sealed class FastIca : WhiteningSeparator
{
    // A start from fewer samples than these, or than these for each source, may be in another basin than the answer:
    // the variance of the angle error of a row of W is about m/n.
    private const int SamplesForAStart = 50_000;
    private const int SamplesForASource = 1000;
    private const int MaxStride = 64;
    private const int MaxTurns = 3;

    private readonly FastIcaOptions options;

    public FastIca(FastIcaOptions options)
        : base(options.Sources)
    {
        ArgumentNullException.ThrowIfNull(options.Contrast);
        options.Contrast.Check();
        this.options = options;
    }

    /// <summary>Gets the entry of <see cref="Separator.Methods"/>.</summary>
    public static SeparationMethod Description { get; } = new("fastica")
    {
        Summary = "fixed-point iteration for a contrast, the fastest for many channels",
        Objective = "contrast (maximized)",
        TakesStart = true,
        TakesContrast = true,
        Factory = options => new FastIca(new FastIcaOptions
        {
            Sources = options.Sources,
            Seed = options.Seed,
            Start = options.Start,
            Contrast = options.Contrast ?? Contrast.LogCosh,
        }),
    };

    public override SeparationMethod Method => Description;

    protected override (Unmixing Unmixing, Termination Termination) Solve(
        ISampleSource mixture, Whitening whitening, SeparationLog log, CancellationToken cancellation)
    {
        Matrix<double> rotation = Rotations.Start(options.Start, whitening, options.Seed);
        var contrast = new ContrastSample(mixture, whitening, options.Contrast);
        void Report(Matrix<double> now, double change) => log.Add("solve", change, contrast.At(now));
        bool converged = options.IsOneByOne
            ? OneByOne(mixture, whitening, rotation, Report, cancellation)
            : Together(mixture, whitening, ref rotation, Report, cancellation);
        return (whitening.ToUnmixing(rotation), converged ? Termination.Converged : Termination.IterationLimit);
    }

    /// <summary>
    /// With many samples, iterates on a part of them first, and then from there on all. It leaves a fixed point that is
    /// a saddle.
    /// </summary>
    private bool Together(
        ISampleSource mixture,
        Whitening whitening,
        ref Matrix<double> rotation,
        Action<Matrix<double>, double> report,
        CancellationToken cancellation)
    {
        int left = options.MaxIterations, fewest = Math.Max(SamplesForAStart, SamplesForASource * rotation.RowCount);
        int stride = (int)Math.Min(MaxStride, mixture.Length / fewest);
        if (stride > 1 && options.Start is null)
        {
            var part = new SubsampledSource(mixture, stride);
            left -= Iterate(part, whitening, ref rotation, options.MaxIterations / 2, report, cancellation).Iterations;
        }

        for (int turns = 0; ; turns++)
        {
            (int iterations, bool converged) = Iterate(mixture, whitening, ref rotation, left, report, cancellation);
            left -= iterations;
            if (!converged || left == 0 || turns == MaxTurns
                || options.Contrast.LeaveSaddle(mixture, whitening, rotation, cancellation) is not { } turned)
            {
                return converged;
            }

            rotation = turned;
        }
    }

    private (int Iterations, bool IsConverged) Iterate(
        ISampleSource samples,
        Whitening whitening,
        ref Matrix<double> rotation,
        int limit,
        Action<Matrix<double>, double> report,
        CancellationToken cancellation)
    {
        var pass = FixedPointPass.Over(samples, whitening, rotation.RowCount, options);
        for (int iteration = 1; iteration <= limit; iteration++)
        {
            Matrix<double> before = rotation, now = Rotations.Nearest(pass.Step(rotation, cancellation));
            double change = Enumerable.Range(0, now.RowCount)
                .Max(i => Math.Abs(1.0 - Math.Abs(now.Row(i).DotProduct(before.Row(i)))));
            rotation = now;
            report(now, change);
            if (change < options.Tolerance)
            {
                return (iteration, true);
            }
        }

        return (limit, false);
    }

    /// <summary>Finds the rows one after another, in place; returns whether all converged.</summary>
    private bool OneByOne(
        ISampleSource samples,
        Whitening whitening,
        Matrix<double> rotation,
        Action<Matrix<double>, double> report,
        CancellationToken cancellation)
    {
        var pass = FixedPointPass.Over(samples, whitening, 1, options);
        bool converged = true;
        for (int row = 0; row < rotation.RowCount; row++)
        {
            Matrix<double> before = rotation.SubMatrix(0, Math.Max(1, row), 0, rotation.ColumnCount);
            Vector<double> w = OrthogonalTo(before, row, rotation.Row(row));
            double change = double.PositiveInfinity;
            for (int iteration = 0; iteration < options.MaxIterations && change >= options.Tolerance; iteration++)
            {
                Vector<double> next = OrthogonalTo(before, row, pass.Step(w.ToRowMatrix(), cancellation).Row(0));
                change = Math.Abs(1.0 - Math.Abs(next.DotProduct(w)));
                w = next;
                rotation.SetRow(row, w);
                report(rotation, change);
            }

            converged &= change < options.Tolerance;
        }

        return converged;
    }

    /// <summary>Makes w orthogonal to the first rows, and of unit length.</summary>
    private static Vector<double> OrthogonalTo(Matrix<double> rows, int count, Vector<double> w)
    {
        // Twice, since the first leaves a rounding error that is large where w is almost in the span of the others.
        for (int time = 0; time < 2 && count > 0; time++)
        {
            w -= rows.TransposeThisAndMultiply(rows * w);
        }

        return w.Normalize(2.0);
    }
}
