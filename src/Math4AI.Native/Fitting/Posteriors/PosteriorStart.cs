using System.Globalization;
using Math4AI.Optimization;
using Math4AI.Probability.Sampling;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Factorization;

namespace Math4AI.Fitting.Posteriors;

/// <summary>
/// The mode of a posterior and how it bends there, in the unconstrained parameters: where the chains start, and in what
/// units they move.
/// </summary>
internal sealed class PosteriorStart
{
    // A start on a bound is moved inside by this share of the standard error.
    private const double OffBound = 0.1;
    private const double UnknownError = 0.1;
    private const double Step = 1e-4;
    private const double Flat = 1e-8;

    // Another peak has a height within these logarithms of the mode's, lies so many deviations away, and has a valley
    // before it that chains do not cross.
    private const double Comparable = 5.0;
    private const double Apart = 6.0;
    private const double Deep = 10.0;
    private const double Level = 0.1;
    private const double Distinct = 3.0;
    private const int Between = 20;
    private const int MaxReflected = 20;
    private const int MaxExchanged = 6;
    private const int MaxNames = 5;

    private readonly LogDensity density;
    private readonly Vector<double> mode;
    private readonly Matrix<double> covariance;

    private PosteriorStart(LogDensity density, Vector<double> mode, Matrix<double> covariance) =>
        (this.density, this.mode, this.covariance) = (density, mode, covariance);

    /// <summary>Center and covariance.</summary>
    public SamplingStart Start => new(mode, covariance);

    /// <summary>Finds the mode.</summary>
    /// <param name="density">The posterior.</param>
    /// <param name="near">θ near it, inside the bounds.</param>
    /// <param name="errors">About how wide each unconstrained parameter is there.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <exception cref="InvalidOperationException">
    /// The posterior has no mode: its density is 0 or without limit where it was looked for.
    /// </exception>
    public static PosteriorStart Of(
        LogDensity density, double[] near, double[] errors, CancellationToken cancellation) =>
        TryOf(density, near, errors, cancellation) ?? throw new InvalidOperationException(
            "The posterior has no mode near the fit, at "
            + string.Join(", ", density.Names.Take(MaxNames).Zip(near, (name, value) =>
                string.Create(CultureInfo.InvariantCulture, $"{name} = {value:G3}")))
            + $"{(near.Length > MaxNames ? ", …" : string.Empty)}: its density is 0 there, or grows without end. Give "
            + "priors, or bounds, that fit the samples and leave out where it has no limit.");

    /// <summary>Finds the mode; null where the density has none, as one that grows without end.</summary>
    /// <param name="density">The posterior.</param>
    /// <param name="near">θ near it, inside the bounds.</param>
    /// <param name="errors">About how wide each unconstrained parameter is there.</param>
    /// <param name="cancellation">Stops between steps.</param>
    public static PosteriorStart? TryOf(
        LogDensity density, double[] near, double[] errors, CancellationToken cancellation)
    {
        double[] u = new SamplingSpace(density).Unconstrain(near);
        Vector<double> center = Vector<double>.Build.Dense(u);
        Matrix<double> covariance = Matrix<double>.Build.DenseOfDiagonalArray([.. errors.Select(e => e * e)]);

        // The second time in the units that the first one has found.
        for (int round = 0; round < 2; round++)
        {
            var start = new SamplingStart(center, covariance);
            var space = new SamplingSpace(density, start);
            Minimum found = Minimizer.Bfgs().Minimize(
                CostOf(space), Vector<double>.Build.Dense(u.Length), cancellation: cancellation);
            Matrix<double> factor = covariance.Cholesky().Factor;
            Matrix<double> hessian = Hessian(space, found.Parameters);
            if (!double.IsFinite(found.Cost) || !hessian.Enumerate(Zeros.AllowSkip).All(double.IsFinite))
            {
                return null;
            }

            Evd<double> bends = hessian.Evd(Symmetricity.Symmetric);
            Vector<double> variances = bends.EigenValues.Real().Map(value => 1.0 / Math.Max(Math.Abs(value), Flat));
            Matrix<double> inner =
                bends.EigenVectors * Matrix<double>.Build.DiagonalOfDiagonalVector(variances)
                * bends.EigenVectors.Transpose();
            center += factor * found.Parameters;
            covariance = factor * inner * factor.Transpose();
            covariance = 0.5 * (covariance + covariance.Transpose());
            if (!center.All(double.IsFinite) || !IsPositive(covariance))
            {
                return null;
            }
        }

        return new PosteriorStart(density, center, covariance);
    }

    /// <summary>A start where the mode says nothing about where a density lies.</summary>
    public static SamplingStart Near(LogDensity density, double[] near, double[] errors) => new(
        Vector<double>.Build.Dense(new SamplingSpace(density).Unconstrain(near)),
        Matrix<double>.Build.DenseOfDiagonalArray([.. errors.Select(error => error * error)]));

    /// <summary>θ inside its bounds near the fit, and about how wide each unconstrained parameter is there.</summary>
    public static (double[] Near, double[] Errors) About(FitResult fit, FitDensity density)
    {
        double[] near = new double[density.Names.Count], errors = new double[near.Length];
        for (int j = 0; j < near.Length; j++)
        {
            bool isScale = density.HasScale && j == near.Length - 1;
            double value = isScale ? ScaleOf(fit, density) : fit[density.Names[j]].Value;
            double error = fit.DegreesOfFreedom <= 0 && density.PriorWidth(j) is { } known
                ? known.Width
                : isScale
                ? value / Math.Sqrt(2.0 * fit.Observations)
                : fit.IsConverged ? fit[density.Names[j]].Error() : double.NaN;
            error = error > 0.0 && double.IsFinite(error)
                ? error
                : UnknownError * (value == 0.0 ? 1.0 : Math.Abs(value));
            (near[j], errors[j]) = Inside(value, error, density.Bounds[j]);
        }

        return (near, errors);
    }

    private static double ScaleOf(FitResult fit, FitDensity density)
    {
        if (fit.DegreesOfFreedom <= 0 && density.PriorWidth(density.Names.Count - 1) is { } prior)
        {
            return prior.Middle;
        }

        double scale = fit.Problem.Distance.HasScale ? fit.Scale : fit.ResidualStandardDeviation;
        return scale > 0.0 && double.IsFinite(scale)
            ? scale
            : throw new ArgumentException(
                "The residuals are 0: the noise cannot be told, and there is no posterior. Give absolute σ, or more "
                + "samples"
                + (fit.DegreesOfFreedom > 0 ? "." : $", or a prior of each parameter and of {density.Names[^1]}."));
    }

    /// <summary>A value moved inside its bounds, and its standard error in the unconstrained parameter there.</summary>
    public static (double Value, double Error) Inside(double value, double error, (double Lower, double Upper) bounds)
    {
        (double lower, double upper) = bounds;
        if (double.IsFinite(upper - lower))
        {
            error = Math.Min(error, upper - lower);
        }

        value = Math.Min(Math.Max(value, lower + OffBound * error), upper - OffBound * error);
        double slope = double.IsFinite(upper - lower) ? (value - lower) * (upper - value) / (upper - lower)
            : double.IsFinite(lower) ? value - lower
            : double.IsFinite(upper) ? upper - value
            : 1.0;
        return (value, error / Math.Max(slope, double.Epsilon));
    }

    /// <summary>Throws where the posterior cannot be integrated along a parameter.</summary>
    public IReadOnlyList<string> CheckProper(CancellationToken cancellation) =>
        CheckProper([.. Enumerable.Range(0, mode.Count)], cancellation);

    /// <summary>Throws where the posterior cannot be integrated along some of the parameters.</summary>
    public IReadOnlyList<string> CheckProper(IReadOnlyList<int> parameters, CancellationToken cancellation)
    {
        if (parameters.Count > ImproperCheck.MaxParameters)
        {
            return
            [
                $"Whether the posterior vanishes along each of {parameters.Count} parameters is not checked, as it is "
                + $"up to {ImproperCheck.MaxParameters}: a prior of each makes sure of it.",
            ];
        }

        var check = new ImproperCheck(density, mode, covariance);
        var notes = new List<string>();
        foreach (int j in parameters)
        {
            foreach (double side in new[] { -1.0, 1.0 })
            {
                if (check.Along(j, side, cancellation) is { } note)
                {
                    notes.Add(note);
                }
            }
        }

        return notes;
    }

    /// <summary>
    /// Looks for a peak of the density other than the mode: where the sign of a parameter is the other, as a and −a say
    /// the same of a², or two have changed places, as the terms of a sum may. Chains about the mode cannot show it.
    /// </summary>
    /// <returns>A sentence that names one; null where none is found.</returns>
    public string? OtherPeak(CancellationToken cancellation)
    {
        int count = mode.Count;
        if (count > MaxReflected)
        {
            return null;
        }

        var space = new SamplingSpace(density, Start);
        Cost cost = CostOf(space);
        Matrix<double> factor = covariance.Cholesky().Factor;
        double[] gradient = new double[count];
        double top = space.Evaluate(new double[count], gradient);
        foreach (Vector<double> other in Reflected())
        {
            cancellation.ThrowIfCancellationRequested();
            Vector<double> from = factor.Solve(other - mode);
            if (!double.IsFinite(space.Evaluate(from.ToArray(), gradient)))
            {
                continue;
            }

            Minimum found = Minimizer.Bfgs().Minimize(
                cost, from, new MinimizerOptions { MaxIterations = 200 }, cancellation);
            double height = space.Evaluate(found.Parameters.ToArray(), gradient);
            bool isPeak = height > top - Comparable && found.Parameters.L2Norm() > Apart
                && Math.Sqrt(gradient.Sum(slope => slope * slope)) < Level;
            double valley = !isPeak ? 0.0 : Enumerable.Range(1, Between).Min(
                k => space.Evaluate((found.Parameters * k / (Between + 1.0)).ToArray(), gradient));
            if (isPeak && valley < Math.Min(top, height) - Deep)
            {
                double[] theta = new double[count];
                space.ToParameters(found.Parameters.ToArray(), theta);
                return "The density has another peak, which is left out here, at "
                    + string.Join(", ", density.Names.Zip(theta, (name, value) =>
                        string.Create(CultureInfo.InvariantCulture, $"{name} = {value:G3}")))
                    + ": bounds, or priors, that leave out all but one say which is meant.";
            }
        }

        return null;
    }

    /// <summary>
    /// The mode with the sign of a free parameter changed, and with two of them in each other's place.
    /// </summary>
    private IEnumerable<Vector<double>> Reflected()
    {
        int[] free = [.. Enumerable.Range(0, mode.Count).Where(
            j => double.IsInfinity(density.Bounds[j].Lower) && double.IsInfinity(density.Bounds[j].Upper))];
        foreach (int j in free.Where(j => Math.Abs(mode[j]) > Distinct * Math.Sqrt(covariance[j, j])))
        {
            Vector<double> other = mode.Clone();
            other[j] = -other[j];
            yield return other;
        }

        foreach ((int i, int j) in free.Length > MaxExchanged ? []
            : free.SelectMany(i => free.Where(j => j > i).Select(j => (i, j))))
        {
            Vector<double> other = mode.Clone();
            (other[i], other[j]) = (mode[j], mode[i]);
            yield return other;
        }
    }

    /// <summary>−log p(z) and its gradient.</summary>
    public static Cost CostOf(SamplingSpace space)
    {
        double[] gradient = new double[space.Count];
        return Cost.Of(
            space.Count,
            z => -space.Evaluate(z.ToArray(), gradient),
            z =>
            {
                space.Evaluate(z.ToArray(), gradient);
                return -Vector<double>.Build.DenseOfArray(gradient);
            });
    }

    /// <summary>Whether a covariance is finite and has a Cholesky factor.</summary>
    private static bool IsPositive(Matrix<double> covariance)
    {
        try
        {
            return covariance.Enumerate(Zeros.AllowSkip).All(double.IsFinite)
                && covariance.Cholesky().Factor.Diagonal().All(double.IsFinite);
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static Matrix<double> Hessian(SamplingSpace space, Vector<double> at)
    {
        int count = at.Count;
        Matrix<double> hessian = Matrix<double>.Build.Dense(count, count);
        double[] ahead = new double[count], behind = new double[count], point = at.ToArray();
        for (int j = 0; j < count; j++)
        {
            point[j] = at[j] + Step;
            space.Evaluate(point, ahead);
            point[j] = at[j] - Step;
            space.Evaluate(point, behind);
            point[j] = at[j];
            for (int i = 0; i < count; i++)
            {
                hessian[i, j] = (behind[i] - ahead[i]) / (2.0 * Step);
            }
        }

        return 0.5 * (hessian + hessian.Transpose());
    }
}
