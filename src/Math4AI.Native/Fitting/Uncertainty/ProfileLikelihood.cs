using Math4AI.Fitting.Distances;
using Math4AI.Fitting.Solving;
using Math4AI.Optimization;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting.Uncertainty;

/// <summary>
/// The profile of one parameter: it is fixed, all others are fitted again, and the rise of the cost is measured in
/// units of the noise, τ(c) = sign(c − θ*) √((C(c) − C*)/s²), with s² = C*/(n − k) for squares, 1 for squares in units
/// of a known σ, and ½ for likelihoods.
/// </summary>
internal sealed class ProfileLikelihood
{
    // From so many observations on, the points of a profile come from its tangent.
    private const int Many = 100_000;
    private const double Span = 3.5;

    private readonly FitResult fit;
    private readonly string name;
    private readonly double centre;
    private readonly double unit;
    private readonly double noise;
    private readonly CancellationToken cancellation;

    public ProfileLikelihood(FitResult fit, string name, CancellationToken cancellation)
    {
        int index = fit.Names.ToList().IndexOf(name);
        if (index < 0 || fit.Problem.Fixed.ContainsKey(name))
        {
            throw new ArgumentException($"'{name}' is no free parameter of the model.", nameof(name));
        }

        Distance distance = fit.Problem.Distance;
        if (distance.Noise == NoiseModel.Unknown)
        {
            throw new NotSupportedException(
                $"The distance '{distance.Name}' stands for no likelihood, so that it has no profile; use the "
                + "bootstrap.");
        }

        this.fit = fit;
        this.name = name;
        this.cancellation = cancellation;
        centre = fit.Parameters[index];
        double error = fit.StandardErrors[index];
        unit = error > 0.0 && double.IsFinite(error) ? error : Math.Max(1e-3, 0.1 * Math.Abs(centre));
        noise = NoiseOf(fit);
    }

    /// <summary>s²: C*/(n − k) for squares, 1 for squares in units of a known σ, and ½ for likelihoods.</summary>
    public static double NoiseOf(FitResult fit) =>
        fit.Problem.Distance.Noise != NoiseModel.LeastSquares ? 0.5
        : fit.Problem.IsSigmaAbsolute ? 1.0
        : fit.CostOfSamples / fit.DegreesOfFreedom;

    /// <summary>
    /// The root of the rise of the cost, in units of the noise, at the ends of a profile interval. Where the scale is
    /// estimated, the likelihood ratio is that whose interval of a mean is Student's, n log(1 + t²/(n − k)); of a
    /// likelihood with a corner as <see cref="LaplaceUncertainty"/> has it.
    /// </summary>
    /// <param name="fit">The fit.</param>
    /// <param name="level">The confidence level.</param>
    /// <param name="factor">How much wider than χ² the ratio is distributed; null without a corner.</param>
    public static double QuantileOf(FitResult fit, double level, double? factor)
    {
        double quantile = fit.Quantile(level);
        return !fit.Problem.Distance.HasScale || fit.DegreesOfFreedom < 1 ? quantile
            : factor is { } wider
            ? LaplaceUncertainty.Quantile(level, wider, fit.Observations, fit.DegreesOfFreedom)
            : Math.Sqrt(fit.Observations * double.LogP1(quantile * quantile / fit.DegreesOfFreedom));
    }

    /// <summary>Both ends at which |τ| is the quantile.</summary>
    public Interval Interval(double quantile) => new(End(-1.0, quantile), End(1.0, quantile));

    /// <summary>
    /// The interval of a parameter on an edge, from there to where the likelihood has fallen to 1 − level.
    /// </summary>
    public Interval FromEdge(double side, double level)
    {
        IFitCost cost = fit.Problem.Cost();
        double[] gradient = new double[cost.Unknowns.Count];
        cost.Gradient(fit.Minimum.Parameters.ToArray(), gradient);
        int index = cost.Unknowns.Free.ToList().FindIndex(j => cost.Unknowns.Names[j] == name);
        double fall = -Math.Log(1.0 - level), quantile = Math.Sqrt(fall / noise);
        double end = FindEnd(side, side * fall / Math.Abs(gradient[index]), quantile);
        return new Interval(Math.Min(centre, end), Math.Max(centre, end));
    }

    /// <summary>Values from −3½ to 3½ standard errors, with τ.</summary>
    public IReadOnlyList<(double Value, double Root)> Points(int count)
    {
        if (fit.Observations >= Many && fit.Covariance.Enumerate().All(double.IsFinite))
        {
            return AlongTangent(count);
        }

        var points = new List<(double Value, double Root)>();
        foreach (double side in new[] { -1.0, 1.0 })
        {
            IReadOnlyDictionary<string, double> start = Start();
            for (int i = 1; i <= count / 2; i++)
            {
                double value = centre + side * unit * Span * i / (count / 2);
                (double root, start) = Root(value, start);
                points.Add((value, root));
            }
        }

        return [.. points.Append((centre, 0.0)).Where(point => double.IsFinite(point.Item2))
            .OrderBy(point => point.Item1)];
    }

    /// <summary>
    /// The same where the other parameters follow the tangent of the profile, θ* + (c − θ*_j) V_j / V_jj with the
    /// covariance V, instead of being fitted again: what that adds to C is of the fourth order in c − θ*_j.
    /// </summary>
    private List<(double Value, double Root)> AlongTangent(int count)
    {
        IFitCost cost = fit.Problem.Cost();
        int index = fit.Names.ToList().IndexOf(name);
        Vector<double> direction = fit.Covariance.Column(index) / fit.Covariance[index, index];
        (double lower, double upper) = fit.Problem.Bounds.GetValueOrDefault(
            name, (double.NegativeInfinity, double.PositiveInfinity));
        double logScale = fit.Problem.Distance.HasScale ? fit.Minimum.Parameters[^1] : 0.0;
        var points = new List<(double Value, double Root)>();
        for (int i = -(count / 2); i <= count / 2; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            double value = centre + unit * Span * i / (count / 2);
            double[] theta = (fit.Parameters + (value - centre) * direction).ToArray();
            double rise = i == 0
                ? 0.0
                : Math.Max(0.0, cost.Value(cost.Unknowns.Of(theta, logScale)) - fit.Minimum.Cost);
            if (value >= lower && value <= upper && double.IsFinite(rise))
            {
                points.Add((value, Math.Sign(i) * Math.Sqrt(rise / noise)));
            }
        }

        return points;
    }

    private double End(double side, double quantile) => FindEnd(side, side * unit * quantile, quantile);

    private double FindEnd(double side, double step, double quantile)
    {
        IReadOnlyDictionary<string, double> start = Start();
        return ProfileEnd.Find(centre, step, quantile, value =>
        {
            (double signed, IReadOnlyDictionary<string, double> found) = Root(value, start);
            double root = double.IsFinite(signed) ? side * signed : double.PositiveInfinity;
            start = root < quantile ? found : start;
            return (root, value);
        });
    }

    private (double Root, IReadOnlyDictionary<string, double> Found) Root(
        double value, IReadOnlyDictionary<string, double> start)
    {
        cancellation.ThrowIfCancellationRequested();
        if (fit.Problem.Bounds.TryGetValue(name, out (double Lower, double Upper) box)
            && (value < box.Lower || value > box.Upper))
        {
            return (double.PositiveInfinity, start);
        }

        var held = new Dictionary<string, double>(fit.Problem.Fixed) { [name] = value };
        IFitCost cost = (fit.Problem with { Fixed = held }).Cost();
        double[] all = [.. fit.Names.Select(each => held.TryGetValue(each, out double at) ? at : start[each])];
        double best;
        if (cost.Unknowns.Count == 0)
        {
            best = cost.Value([]);
        }
        else
        {
            Minimum minimum = cost.Minimize(all, cancellation);
            best = minimum.Cost;
            all = [.. cost.Unknowns.Complete(minimum.Parameters.AsArray())];
        }

        // What the prior of this parameter adds went with it where it was fixed.
        best += fit.Problem.Priors.GetValueOrDefault(name)?.Expand(value).Value ?? 0.0;
        double rise = Math.Max(0.0, best - fit.Minimum.Cost);
        return (Math.Sign(value - centre) * Math.Sqrt(rise / noise),
            fit.Names.Zip(all).ToDictionary(pair => pair.First, pair => pair.Second));
    }

    private Dictionary<string, double> Start() =>
        fit.Names.Zip(fit.Parameters).ToDictionary(pair => pair.First, pair => pair.Second);
}
