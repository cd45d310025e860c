namespace Math4AI.Fitting.Linear;

/// <summary>
/// The greatest evidence where all weights have one prior deviation s: in the coordinates of the singular vectors y_i
/// has the variance σ² (1 + ρ d_i²), ρ = s²/σ², so that one number is left, ln ρ. The best of a grid over all its range
/// is bracketed, and the slope's zero found by halving.
/// </summary>
internal sealed class SharedPriorSearch
{
    private const double GridStep = 0.25;

    private readonly CenteredRegression samples;
    private readonly double? noise;
    private readonly double? prior;

    private SharedPriorSearch(CenteredRegression samples, double? noise, double? prior) =>
        (this.samples, this.noise, this.prior) = (samples, noise, prior);

    public static EvidenceMaximum Run(
        CenteredRegression samples, double? noise, double? prior, int maxIterations, double tolerance)
    {
        var search = new SharedPriorSearch(samples, noise, prior);
        if (samples.Singular.Length == 0)
        {
            return search.At(double.NegativeInfinity, 0, true);
        }

        return noise is { } sigma && prior is { } given
            ? search.At(2.0 * Math.Log(given / sigma), 0, true)
            : search.Maximize(maxIterations, tolerance);
    }

    private EvidenceMaximum Maximize(int maxIterations, double tolerance)
    {
        (double low, double high) = Range();
        (double best, double most) = (double.NegativeInfinity, LogEvidence(double.NegativeInfinity));
        for (double u = low; u <= high; u += GridStep)
        {
            double found = LogEvidence(u);
            if (!(found <= most + 1e-12 * Math.Abs(most)))
            {
                (best, most) = (u, found);
            }
        }

        if (double.IsNegativeInfinity(best))
        {
            return At(best, 0, true);
        }

        RequireInterior(best, high);
        return Halve(best, most, maxIterations, tolerance);
    }

    private EvidenceMaximum Halve(double best, double most, int maxIterations, double tolerance)
    {
        double low = best - GridStep, high = best + GridStep;
        int steps = 0;
        while (steps < maxIterations && high - low > tolerance)
        {
            steps++;
            double middle = 0.5 * (low + high), found = LogEvidence(middle);
            (low, high) = Slope(middle) > 0.0 ? (middle, high) : (low, middle);

            // Where both are the same to rounding, the slope knows better.
            if (found >= most - 1e-14 * Math.Abs(most))
            {
                (best, most) = (middle, found);
            }
        }

        return At(best, steps, high - low <= tolerance);
    }

    private void RequireInterior(double best, double high)
    {
        double least = samples.Singular[^1];
        samples.RequireNoise(noise is null ? Squares(Math.Exp(best)) : double.PositiveInfinity);
        if (noise is null
            && (best > high - GridStep || (samples.OutsideSquares == 0.0 && Math.Exp(best) * least * least > 1e10)))
        {
            throw CenteredRegression.NoNoise();
        }
    }

    /// <summary>From a signal that is rounding beside the noise to noise that is rounding beside the signal.</summary>
    private (double Low, double High) Range()
    {
        double low = -30.0 - 2.0 * Math.Log(samples.Singular[0]), high = 60.0 - 2.0 * Math.Log(samples.Singular[^1]);
        if (prior is { } given)
        {
            double variance = Squares(0.0) / samples.Freedom, unit = 2.0 * Math.Log(given) - Math.Log(variance);
            (low, high) = (Math.Min(low, unit - 2.0), Math.Max(high, unit + 70.0));
        }

        return (low, high);
    }

    private EvidenceMaximum At(double logRatio, int steps, bool isConverged)
    {
        double ratio = Math.Exp(logRatio), variance = Variance(ratio);
        return new EvidenceMaximum(
            variance, [.. samples.Columns.Select(_ => ratio)], steps, isConverged);
    }

    private double Variance(double ratio) => noise is { } sigma ? sigma * sigma
        : prior is { } given && ratio > 0.0 ? given * given / ratio
        : Squares(ratio) / samples.Freedom;

    /// <summary>yᵀ (I + ρ X Xᵀ)⁻¹ y.</summary>
    private double Squares(double ratio) => samples.OutsideSquares + samples.Singular.Zip(
        samples.Coordinates, (d, z) => z * z / (1.0 + ratio * d * d)).Sum();

    /// <summary>The log evidence without what no hyperparameter changes.</summary>
    private double LogEvidence(double logRatio)
    {
        double ratio = Math.Exp(logRatio), variance = Variance(ratio);
        if (ratio == 0.0 && prior is not null && samples.Singular.Length > 0)
        {
            return double.NegativeInfinity;
        }

        return -0.5 * (samples.Freedom * Math.Log(variance) + Squares(ratio) / variance
            + samples.Singular.Sum(d => Math.Log(1.0 + ratio * d * d)));
    }

    /// <summary>The slope of the log evidence in ln ρ.</summary>
    private double Slope(double logRatio)
    {
        double ratio = Math.Exp(logRatio), variance = Variance(ratio), slope = 0.0;
        for (int i = 0; i < samples.Singular.Length; i++)
        {
            double d = samples.Singular[i], z = samples.Coordinates[i], t = ratio * d * d;
            slope -= 0.5 * t / (1.0 + t) * (1.0 - z * z / ((1.0 + t) * variance));
        }

        // With s given, σ² = s²/ρ falls as ρ grows; where σ² is maximized out, its slope is 0.
        return prior is null ? slope : slope + 0.5 * (samples.Freedom - Squares(ratio) / variance);
    }
}
