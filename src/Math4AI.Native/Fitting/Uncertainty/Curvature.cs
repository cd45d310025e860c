using Math4AI.Fitting.Distances;
using Math4AI.Fitting.Solving;
using Math4AI.LinearAlgebra.Blocks;
using Math4AI.Optimization;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting.Uncertainty;

/// <summary>How the cost bends at a minimum, and what follows for the parameters' uncertainty.</summary>
/// <param name="Covariance">Of the free parameters.</param>
/// <param name="Sandwich">The same where the noise model does not hold; null where single samples' gradients are not known.</param>
/// <param name="Leverage">How much each observation counts in its prediction; null as before.</param>
/// <param name="Standardised">
/// d′/√d″ of each observation: of likelihoods Pearson's residual, of squares √2 (y − f); null as before, and of distances with a corner.
/// </param>
internal sealed record Curvature(Matrix<double> Covariance, Matrix<double>? Sandwich, Vector<double>? Leverage, Vector<double>? Standardised)
{
    public static Curvature Of(FitCost cost, Minimum minimum, int degreesOfFreedom)
    {
        double[] at = minimum.Parameters.AsArray();
        Distance distance = cost.Problem.Distance;
        int free = cost.Unknowns.Free.Count;
        if (distance is QuantileDistance or LaplaceDistance)
        {
            var corner = new CornerUncertainty(free);
            (Matrix<double> rows, double[] weights) = cost.AddTo(corner, at);
            Vector<double> leverages = (rows * corner.Inverse).PointwiseMultiply(rows).RowSums()
                .PointwiseMultiply(Vector<double>.Build.Dense(weights));
            return OfCorner(corner, cost.Unknowns, distance, at) with { Leverage = leverages };
        }

        double[] residuals = new double[cost.Residuals];
        double[] jacobian = new double[checked(cost.Residuals * cost.Parameters)];
        double value = cost.Linearize(at, residuals, jacobian) - cost.Unknowns.PriorCost(at);
        Matrix<double> j = Matrix<double>.Build.Dense(cost.Residuals, cost.Parameters, jacobian);
        Vector<double> r = Vector<double>.Build.Dense(residuals);

        Matrix<double> inverse = InverseOfSquare(cost, jacobian, residuals);
        Matrix<double> hessian = distance is SquaredDistance
            ? 0.5 * inverse
            : InverseOrElse(Hessian(cost, minimum.Parameters, LeastRise(cost.Problem, value, cost.Observations)), 0.5 * inverse);
        Matrix<double> scores = Scores(cost, j, r);
        Matrix<double> sandwich = hessian * scores.TransposeThisAndMultiply(scores) * hessian;
        Matrix<double> covariance = distance switch
        {
            SquaredDistance => inverse * (value / degreesOfFreedom),
            { IsLikelihood: true } => hessian,
            _ => sandwich,
        };
        Vector<double> leverage = (j * inverse).PointwiseMultiply(j).RowSums().SubVector(0, cost.Samples);
        return new Curvature(
            covariance.SubMatrix(0, free, 0, free), sandwich.SubMatrix(0, free, 0, free), leverage, Math.Sqrt(2.0) * r.SubVector(0, cost.Samples));
    }

    /// <summary>The curvature with the parameters that bounds hold taken as fixed; the matrices are over all of θ.</summary>
    public static Curvature WithHeld(IFitCost cost, FitSettings settings, IReadOnlyDictionary<string, double> held, Minimum minimum)
    {
        double[] theta = cost.Unknowns.Completed(minimum.Parameters.AsArray());
        IFitCost rest = cost;
        if (held.Count > 0)
        {
            if (held.Count == cost.Unknowns.Free.Count)
            {
                return OfNothing(cost, minimum, theta.Length);
            }

            rest = cost.With(settings with
            {
                Fixed = settings.Fixed.Concat(held).ToDictionary(pair => pair.Key, pair => pair.Value),
                Linear = [],
            });
            double logScale = settings.Distance.HasScale ? minimum.Parameters[^1] : 0.0;
            double[] left = rest.Unknowns.Of(theta, logScale);
            minimum = minimum with { Parameters = Vector<double>.Build.Dense(left), Cost = rest.Value(left) };
        }

        Curvature found = rest.Curvature(minimum);
        return found with
        {
            Covariance = rest.Unknowns.Complete(found.Covariance),
            Sandwich = found.Sandwich is null ? null : rest.Unknowns.Complete(found.Sandwich),
        };
    }

    /// <summary>Where bounds hold every parameter: nothing is uncertain, and no sample counts in its own prediction.</summary>
    private static Curvature OfNothing(IFitCost cost, Minimum minimum, int parameters)
    {
        Matrix<double> none = Matrix<double>.Build.Dense(parameters, parameters);
        if (cost is not FitCost known)
        {
            return new Curvature(none, none, null, null);
        }

        double[] residuals = new double[known.Residuals];
        known.Linearize(minimum.Parameters.AsArray(), residuals, []);
        return new Curvature(
            none, none, Vector<double>.Build.Dense(known.Samples), known.Problem.Distance is QuantileDistance or LaplaceDistance
                ? null
                : Math.Sqrt(2.0) * Vector<double>.Build.Dense(residuals).SubVector(0, known.Samples));
    }

    /// <summary>The same of a distance with a corner.</summary>
    public static Curvature OfCorner(CornerUncertainty corner, FreeParameters unknowns, Distance distance, double[] at)
    {
        if (distance is QuantileDistance quantile)
        {
            Matrix<double> ofQuantile = corner.OfQuantile(quantile.Share);
            return new Curvature(ofQuantile, ofQuantile, null, null);
        }

        double[] priors = [.. unknowns.Priors.Select((prior, i) => prior?.Bend(at[i]) ?? 0.0)];
        double scale = Math.Exp(at[^1]);
        return new Curvature(corner.OfLaplace(scale, priors), corner.SandwichOfLaplace(scale, priors), null, null);
    }

    /// <summary>
    /// A rise of the cost that says how it bends: small beside its unit, which is 1 for likelihoods and else its mean over the
    /// observations, and large beside what the model's rounding makes of it.
    /// </summary>
    public static double LeastRise(FitSettings settings, double cost, int observations)
    {
        double unit = settings.Distance.IsLikelihood ? 1.0 : Math.Abs(cost) / observations;
        return Math.Max(1e-7 * unit, 1e3 * settings.Model.Epsilon * Math.Max(Math.Abs(cost), observations * unit));
    }

    /// <summary>(JᵀJ)⁻¹ = R⁻¹R⁻ᵀ, without forming JᵀJ; infinite where J has not full rank.</summary>
    public static Matrix<double> InverseOfSquare(FitCost cost, double[] jacobian, double[] residuals)
    {
        var factors = new StreamedQr(cost.Parameters);
        factors.Add(jacobian, residuals);
        return InverseOfSquare(factors, cost.Parameters);
    }

    /// <summary>The same from J's triangle.</summary>
    public static Matrix<double> InverseOfSquare(StreamedQr factors, int count)
    {
        Matrix<double> triangle = Matrix<double>.Build.Dense(count, count, (i, k) => i <= k ? factors[i, k] : 0.0);
        for (int i = 0; i < count; i++)
        {
            // A column that the others make up up to rounding: its parameter cannot be known.
            double size = triangle.Column(i).L2Norm();
            if (Math.Abs(triangle[i, i]) <= 1e-13 * size)
            {
                return Matrix<double>.Build.Dense(count, count, double.PositiveInfinity);
            }
        }

        Matrix<double> inverse = Matrix<double>.Build.DenseIdentity(count);
        for (int column = 0; column < count; column++)
        {
            for (int i = count - 1; i >= 0; i--)
            {
                double sum = inverse[i, column];
                for (int k = i + 1; k < count; k++)
                {
                    sum -= triangle[i, k] * inverse[k, column];
                }

                inverse[i, column] = sum / triangle[i, i];
            }
        }

        return inverse * inverse.Transpose();
    }

    /// <summary>The gradient of each sample's share of the cost, one row a sample; priors are no samples.</summary>
    private static Matrix<double> Scores(FitCost cost, Matrix<double> jacobian, Vector<double> residuals)
    {
        int samples = cost.Samples;
        bool hasScale = cost.Problem.Distance.HasScale;
        return Matrix<double>.Build.Dense(samples, cost.Parameters, (i, j) =>
            2.0 * (jacobian[i, j] * residuals[i]
                + (hasScale ? jacobian[samples + i, j] * residuals[samples + i] : 0.0)));
    }

    /// <summary>The Hessian by central differences of the exact gradient, made symmetric.</summary>
    /// <param name="cost">C.</param>
    /// <param name="at">Its minimum.</param>
    /// <param name="leastRise">From <see cref="LeastRise"/>.</param>
    public static Matrix<double> Hessian(Cost cost, Vector<double> at, double leastRise)
    {
        int count = cost.Parameters;
        Matrix<double> hessian = Matrix<double>.Build.Dense(count, count);
        double[] point = at.ToArray(), ahead = new double[count], behind = new double[count];
        for (int j = 0; j < count; j++)
        {
            double step = Step(cost, point, j, leastRise);
            point[j] = at[j] + step;
            cost.Gradient(point, ahead);
            point[j] = at[j] - step;
            cost.Gradient(point, behind);
            point[j] = at[j];
            for (int i = 0; i < count; i++)
            {
                hessian[i, j] = (ahead[i] - behind[i]) / (2.0 * step);
            }
        }

        return 0.5 * (hessian + hessian.Transpose());
    }

    /// <summary>
    /// A step that is small beside how well the parameter is known, about a thousandth, and yet changes the cost by more than rounding: an
    /// estimate that happens to lie near 0 says nothing of it.
    /// </summary>
    private static double Step(Cost cost, double[] point, int j, double leastRise)
    {
        const int MostTrials = 40;
        const double Factor = 4.0;
        double here = cost.Value(point), at = point[j];
        double least = Math.Max(leastRise, 1e-13 * Math.Abs(here)), most = 4.0 * Factor * Factor * least;
        double step = 1e-5 * (at != 0.0 ? Math.Abs(at) : 1.0);
        for (int trial = 0; trial < MostTrials; trial++)
        {
            point[j] = at + step;
            double rise = cost.Value(point) - here;
            point[j] = at - step;
            rise += cost.Value(point) - here;
            if (!(Math.Abs(rise) <= most))
            {
                step /= Factor;
            }
            else if (Math.Abs(rise) < least)
            {
                step *= Factor;
            }
            else
            {
                break;
            }
        }

        point[j] = at;
        return step;
    }

    public static Matrix<double> InverseOrElse(Matrix<double> hessian, Matrix<double> otherwise)
    {
        // Parameters differ by many powers of ten; the scaled matrix does not.
        Vector<double> scale = hessian.Diagonal().Map(value => value > 0.0 ? 1.0 / Math.Sqrt(value) : double.NaN);
        if (scale.Any(double.IsNaN))
        {
            return otherwise;
        }

        Matrix<double> scaled = Matrix<double>.Build.Dense(
            hessian.RowCount, hessian.RowCount, (i, j) => hessian[i, j] * scale[i] * scale[j]);
        try
        {
            Matrix<double> inverse = scaled.Cholesky().Solve(Matrix<double>.Build.DenseIdentity(hessian.RowCount));
            return Matrix<double>.Build.Dense(
                hessian.RowCount, hessian.RowCount, (i, j) => inverse[i, j] * scale[i] * scale[j]);
        }
        catch (ArgumentException)
        {
            return otherwise;
        }
    }
}
