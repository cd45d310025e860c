using System.Diagnostics;
using Math4AI.Data;
using Math4AI.LinearAlgebra.Blocks;
using Math4AI.Optimization;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Separation.Ica;

/// <summary>Settings of FastICA.</summary>
public sealed record FastIcaOptions
{
    /// <summary>How many sources to look for; null for as many as there are independent channels.</summary>
    public int? Sources { get; init; }

    /// <summary>The contrast function.</summary>
    public Contrast Contrast { get; init; }

    /// <summary>Whether the sources are found one after the other, each orthogonal to those before, and not all together.</summary>
    public bool IsOneByOne { get; init; }

    /// <summary>W to begin at, sources × channels, such as that of a similar recording; null for a search from nothing.</summary>
    public Matrix<double>? Start { get; init; }

    /// <summary>Where the search starts: the same seed gives the same bits.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>It has converged when no row of W turns further: max |1 − |⟨w, w_before⟩|| under this.</summary>
    public double Tolerance { get; init; } = 1e-4;

    /// <summary>The most iterations.</summary>
    public int MaxIterations { get; init; } = 200;
}

/// <summary>
/// FastICA, symmetric or one by one. On white data z, each row w of the orthogonal W takes the fixed-point step
/// w⁺ = E[z g(wᵀz)] − E[g′(wᵀz)] w with the score g of the contrast; then all rows are made orthogonal together,
/// W ← (W Wᵀ)^(−½) W, or each to those before it.
/// Source: A. Hyvärinen, "Fast and robust fixed-point algorithms for independent component analysis", IEEE Transactions on
/// Neural Networks 10 (1999). Equals <c>sklearn.decomposition.FastICA</c> with <c>algorithm</c> "parallel" or "deflation" and
/// <c>fun</c> "logcosh", "exp" or "cube".
/// </summary>
/// <remarks>Each iteration is one pass over the data, <see cref="FixedPointPass"/>.</remarks>
internal sealed class FastIca(FastIcaOptions options) : Separator
{
    // A start from fewer samples than these, and than these for each source, may lie in another basin than the answer: the angle
    // that a row of W is off has a variance of some m/n.
    private const int SamplesForAStart = 50_000;
    private const int SamplesForASource = 1000;
    private const int MostStride = 64;
    private const int MostTurns = 3;

    public override string Name => "fastica";

    private protected override Solution Solve(ISampleSource mixture, SeparationLog log, CancellationToken cancellation)
    {
        log.Begin("whiten");
        long start = Stopwatch.GetTimestamp();
        Whitening whitening = Whitening.Of(mixture, options.Sources, cancellation);
        double whitenSeconds = Stopwatch.GetElapsedTime(start).TotalSeconds;

        start = Stopwatch.GetTimestamp();
        Matrix<double> rotation = Rotations.Start(options.Start, whitening, options.Seed);
        var contrast = new ContrastSample(mixture, whitening, options.Contrast);
        void Report(Matrix<double> now, double change) => log.Add("solve", change, contrast.At(now));
        bool converged = options.IsOneByOne
            ? OneByOne(mixture, whitening, rotation, Report, cancellation)
            : Together(mixture, whitening, ref rotation, Report, cancellation);
        return new Solution(
            new Unmixing(
                rotation * whitening.Matrix, whitening.Inverse * rotation.Transpose(), whitening.Covariance.Mean),
            whitening.Covariance,
            converged ? Termination.Converged : Termination.IterationLimit,
            whitening.Notes(),
            whitenSeconds,
            Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    /// <summary>
    /// Where there is much data, a part of it leads to the neighbourhood of the answer, and all of it from there on. A
    /// fixed point that is a saddle is left again.
    /// </summary>
    private bool Together(
        ISampleSource mixture,
        Whitening whitening,
        ref Matrix<double> rotation,
        Action<Matrix<double>, double> report,
        CancellationToken cancellation)
    {
        int left = options.MaxIterations, fewest = Math.Max(SamplesForAStart, SamplesForASource * rotation.RowCount);
        int stride = (int)Math.Min(MostStride, mixture.Length / fewest);
        if (stride > 1 && options.Start is null)
        {
            var part = new SubsampledSource(mixture, stride);
            left -= Iterate(part, whitening, ref rotation, options.MaxIterations / 2, report, cancellation).Iterations;
        }

        for (int turns = 0; ; turns++)
        {
            (int iterations, bool converged) = Iterate(mixture, whitening, ref rotation, left, report, cancellation);
            left -= iterations;
            if (!converged || left == 0 || turns == MostTurns || options.Contrast != Contrast.LogCosh
                || SaddlePoints.Leave(mixture, whitening, rotation, cancellation) is not { } turned)
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
        int most,
        Action<Matrix<double>, double> report,
        CancellationToken cancellation)
    {
        var pass = FixedPointPass.Over(samples, whitening, rotation.RowCount, options);
        for (int iteration = 1; iteration <= most; iteration++)
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

        return (most, false);
    }

    /// <summary>Row after row, in place; whether all of them converged.</summary>
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

    /// <summary>A unit vector, without its parts along the first rows.</summary>
    private static Vector<double> OrthogonalTo(Matrix<double> rows, int count, Vector<double> w)
    {
        // Twice: the first time leaves a little where almost all is taken away.
        for (int time = 0; time < 2 && count > 0; time++)
        {
            w -= rows.TransposeThisAndMultiply(rows * w);
        }

        return w.Normalize(2.0);
    }
}
