using System.Diagnostics;
using Math4AI.LinearAlgebra;
using Math4AI.Optimization;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Separation;

/// <summary>Settings of FastICA.</summary>
public sealed record FastIcaOptions
{
    /// <summary>How many sources to look for; null for as many as there are independent channels.</summary>
    public int? Sources { get; init; }

    /// <summary>The contrast function.</summary>
    public Contrast Contrast { get; init; }

    /// <summary>Whether the sources are found one after the other, each orthogonal to those before, and not all together.</summary>
    public bool IsOneByOne { get; init; }

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

    private protected override Solution Solve(
        ISampleSource mixture, IProgress<SeparationProgress>? progress, CancellationToken cancellation)
    {
        progress?.Report(new SeparationProgress("whiten", 0, double.NaN));
        long start = Stopwatch.GetTimestamp();
        Whitening whitening = Whitening.Of(mixture, options.Sources, cancellation);
        double whitenSeconds = Stopwatch.GetElapsedTime(start).TotalSeconds;

        start = Stopwatch.GetTimestamp();
        (Matrix<double> rotation, List<double> changes) = Solve(mixture, whitening, progress, cancellation);
        bool converged = changes[^1] < options.Tolerance;
        return new Solution(
            new Unmixing(
                rotation * whitening.Matrix, whitening.Inverse * rotation.Transpose(), whitening.Covariance.Mean),
            whitening.Covariance,
            converged ? Termination.Converged : Termination.IterationLimit,
            changes,
            whitening.Notes(),
            whitenSeconds,
            Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    /// <summary>
    /// Where there is much data, a part of it leads to the neighbourhood of the answer, and all of it from there on. A
    /// fixed point that is a saddle is left again.
    /// </summary>
    private (Matrix<double> Rotation, List<double> Changes) Solve(
        ISampleSource mixture,
        Whitening whitening,
        IProgress<SeparationProgress>? progress,
        CancellationToken cancellation)
    {
        Matrix<double> rotation = Rotations.Random(whitening.Matrix.RowCount, options.Seed);
        var changes = new List<double>();
        if (options.IsOneByOne)
        {
            OneByOne(mixture, whitening, rotation, changes, progress, cancellation);
            return (rotation, changes);
        }

        int fewest = Math.Max(SamplesForAStart, SamplesForASource * rotation.RowCount);
        int stride = (int)Math.Min(MostStride, mixture.Length / fewest);
        if (stride > 1)
        {
            var part = new SubsampledSource(mixture, stride);
            rotation = Iterate(part, whitening, rotation, options.MaxIterations / 2, changes, progress, cancellation);
        }

        for (int turns = 0; ; turns++)
        {
            int left = options.MaxIterations - changes.Count;
            rotation = Iterate(mixture, whitening, rotation, left, changes, progress, cancellation);
            bool converged = changes[^1] < options.Tolerance;
            if (!converged || turns == MostTurns || options.Contrast != Contrast.LogCosh
                || SaddlePoints.Leave(mixture, whitening, rotation, cancellation) is not { } turned)
            {
                return (rotation, changes);
            }

            rotation = turned;
        }
    }

    private Matrix<double> Iterate(
        ISampleSource samples,
        Whitening whitening,
        Matrix<double> rotation,
        int most,
        List<double> changes,
        IProgress<SeparationProgress>? progress,
        CancellationToken cancellation)
    {
        int sources = rotation.RowCount;
        var pass = FixedPointPass.Over(samples, whitening, sources, options);
        for (int iteration = 0; iteration < most; iteration++)
        {
            Matrix<double> next = Rotations.Nearest(pass.Step(rotation, cancellation));
            double change = Enumerable.Range(0, sources)
                .Max(i => Math.Abs(1.0 - Math.Abs(next.Row(i).DotProduct(rotation.Row(i)))));
            rotation = next;
            changes.Add(change);
            progress?.Report(new SeparationProgress("solve", changes.Count, change));
            if (change < options.Tolerance)
            {
                break;
            }
        }

        return rotation;
    }

    /// <summary>Row after row, in place; the last change that is noted is the largest of those that the rows ended with.</summary>
    private void OneByOne(
        ISampleSource samples,
        Whitening whitening,
        Matrix<double> rotation,
        List<double> changes,
        IProgress<SeparationProgress>? progress,
        CancellationToken cancellation)
    {
        var pass = FixedPointPass.Over(samples, whitening, 1, options);
        double worst = 0.0;
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
                changes.Add(change);
                progress?.Report(new SeparationProgress("solve", changes.Count, change));
            }

            worst = Math.Max(worst, change);
            rotation.SetRow(row, w);
        }

        changes[^1] = worst;
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
