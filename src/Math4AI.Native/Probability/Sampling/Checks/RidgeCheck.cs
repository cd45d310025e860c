using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Factorization;
using MathNet.Numerics.Statistics;

namespace Math4AI.Probability.Sampling.Checks;

/// <summary>
/// Looks for directions along which a density is the same everywhere, as a − b is where only a + b is known: all
/// gradients are orthogonal to them, so they are the left null space of a matrix with as many gradients as parameters.
/// It is looked for among the parameters and among the unconstrained ones, in which the ridge of a product is straight.
/// </summary>
internal sealed class RidgeCheck(LogDensity density, SamplingSpace chains)
{
    private const int More = 8;
    private const int Tries = 4;
    private const int Looked = 4;

    // Singular values below this share of the largest are rounding, or those of a ridge that no chain goes along.
    private const double Null = 1e-11;

    // A ridge that is 10¹⁰ times as long as it is wide has no end: 2⁴³ of the first step.
    private const double FirstStep = 1e-3;
    private const int MaxDoublings = 43;

    private readonly SamplingSpace space = new(density);

    /// <summary>Throws where the density does not change along a direction.</summary>
    /// <param name="places">θ at <see cref="Places"/>.</param>
    /// <exception cref="InvalidOperationException">The density is improper; the message says along what.</exception>
    public void Require(double[][] places)
    {
        int count = chains.Count;
        if (count > DirectionCheck.MaxParameters || places.Length < count + More)
        {
            return;
        }

        var bounds = density.Bounds;
        double AtParameters(double[] theta, double[] gradient)
        {
            for (int j = 0; j < count; j++)
            {
                if (!(theta[j] >= bounds[j].Lower && theta[j] <= bounds[j].Upper))
                {
                    return double.NegativeInfinity;
                }
            }

            return density.Evaluate(theta, gradient);
        }

        double[] constrained = new double[count];
        double AtUnconstrained(double[] u, double[] gradient)
        {
            space.Constrain(u, constrained);
            return Array.TrueForAll(constrained, double.IsFinite)
                ? space.Evaluate(u, gradient) : double.PositiveInfinity;
        }

        bool hasSimplices = density.Simplices.Count > 0;
        if (!hasSimplices)
        {
            RequireNone(AtParameters, places, isUnconstrained: false);
        }

        if (hasSimplices || bounds.Any(each => double.IsFinite(each.Lower) || double.IsFinite(each.Upper)))
        {
            RequireNone(AtUnconstrained, [.. places.Select(each => space.Unconstrain(each))], isUnconstrained: true);
        }
    }

    private void RequireNone(Func<double[], double[], double> log, double[][] places, bool isUnconstrained)
    {
        foreach (double[] direction in Flat(log, places))
        {
            foreach (double side in new[] { 1.0, -1.0 })
            {
                if (places.Take(Looked).All(place => IsOpen(log, place, direction, side)))
                {
                    throw new InvalidOperationException(
                        "The density is improper: it does not change along "
                        + $"{DirectionName.Of(density, direction, isUnconstrained)}, as far as numbers go. Give one of "
                        + "these parameters a prior or bounds, or fix it. Where it ends far away, "
                        + "give a start that says how wide it is.");
                }
            }
        }
    }

    /// <summary>Draws places like those where chains start, at which the density and its gradient are finite.</summary>
    public double[][] Places(ChainRandom random)
    {
        int wanted = Math.Min(chains.Count, DirectionCheck.MaxParameters) + More;
        double[] z = new double[chains.Count], gradient = new double[chains.Count];
        var found = new List<double[]>();
        for (int tried = 0; tried < Tries * wanted && found.Count < wanted; tried++)
        {
            chains.DrawStart(random, z);
            double[] theta = new double[z.Length];
            chains.ToParameters(z, theta);
            if (double.IsFinite(DensityRay.Try(() => chains.Evaluate(z, gradient)))
                && Array.TrueForAll(gradient, double.IsFinite)
                && Array.TrueForAll(space.Unconstrain(theta), double.IsFinite))
            {
                found.Add(theta);
            }
        }

        return [.. found];
    }

    /// <summary>
    /// Directions orthogonal to the gradients at all places, each as long as the least width of the density across it:
    /// gradients of a normal density of width σ are about 1/σ², in units of σ about 1/σ.
    /// </summary>
    private static IEnumerable<double[]> Flat(Func<double[], double[], double> log, double[][] places)
    {
        int count = places[0].Length;
        var gradients = Matrix<double>.Build.Dense(count, places.Length);
        double[][] sizes = [.. Enumerable.Range(0, count).Select(_ => new double[places.Length])];
        double[] gradient = new double[count];
        for (int i = 0; i < places.Length; i++)
        {
            double length = double.IsFinite(DensityRay.Try(() => log(places[i], gradient)))
                ? gradient.Max(Math.Abs) : 0.0;
            for (int j = 0; j < count && length > 0.0 && double.IsFinite(length); j++)
            {
                gradients[j, i] = gradient[j] / length;
                sizes[j][i] = Math.Abs(gradient[j]);
            }
        }

        double[] scales = [.. gradients.EnumerateRows().Select(row => row.AbsoluteMaximum())];
        double[] units = [.. sizes.Select(of => Math.Sqrt(of.Median()))];
        if (Array.Exists(scales, scale => scale == 0.0))
        {
            // It is flat along a parameter by itself, which is looked for along each.
            yield break;
        }

        Svd<double> svd = Matrix<double>.Build.Dense(
            count, places.Length, (j, i) => gradients[j, i] / scales[j]).Svd();
        for (int k = 0; k < count; k++)
        {
            if (svd.S[k] <= Null * svd.S[0])
            {
                double[] direction = [.. svd.U.Column(k).Zip(scales, (each, scale) => each / scale)];
                double unit = direction.Zip(units, (each, perWidth) => Math.Abs(each) * perWidth).Max();
                yield return Array.ConvertAll(direction, each => each / (unit > 0.0 ? unit : 1.0));
            }
        }
    }

    private static bool IsOpen(Func<double[], double[], double> log, double[] place, double[] direction, double side)
    {
        double[] moved = new double[place.Length], gradient = new double[place.Length];
        return DensityRay.IsOpen(
            distance =>
            {
                for (int j = 0; j < moved.Length; j++)
                {
                    moved[j] = place[j] + side * distance * direction[j];
                }

                return DensityRay.Try(() => log(moved, gradient));
            },
            FirstStep,
            MaxDoublings);
    }
}
