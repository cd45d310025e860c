using Math4AI.Fitting.Solving;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting.Uncertainty;

/// <summary>The Hessian of a cost at its minimum, by central differences of the exact gradient.</summary>
internal static class CostHessian
{
    /// <summary>The Hessian, made symmetric.</summary>
    /// <param name="cost">C.</param>
    /// <param name="settings">The problem that it belongs to.</param>
    /// <param name="at">Its minimum.</param>
    /// <param name="ofSamples">C there without what priors add.</param>
    public static Matrix<double> Of(IFitCost cost, FitProblem settings, Vector<double> at, double ofSamples)
    {
        double minRise = MinRise(settings, ofSamples, cost.Observations);
        int count = cost.Unknowns.Count;
        Matrix<double> hessian = Matrix<double>.Build.Dense(count, count);
        double[] point = at.ToArray(), ahead = new double[count], behind = new double[count];
        for (int j = 0; j < count; j++)
        {
            double step = Step(cost, point, j, minRise);
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
    /// A step that is about a thousandth of the uncertainty of the parameter, and yet changes the cost by more than
    /// rounding. The size of the estimate is no guide, since it may happen to be near 0.
    /// </summary>
    private static double Step(IFitCost cost, double[] point, int j, double minRise)
    {
        const int MaxTrials = 40;
        const double Factor = 4.0;
        double here = cost.Value(point), at = point[j];
        double least = Math.Max(minRise, 1e-13 * Math.Abs(here)), most = 4.0 * Factor * Factor * least;
        double step = 1e-5 * (at != 0.0 ? Math.Abs(at) : 1.0);
        for (int trial = 0; trial < MaxTrials; trial++)
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

    /// <summary>
    /// A rise of the cost from which its curvature is measured: small relative to its unit, which is 1 for likelihoods
    /// and otherwise its mean over the observations, and large relative to the rounding error of the model.
    /// </summary>
    private static double MinRise(FitProblem settings, double cost, int observations)
    {
        double unit = settings.Distance.IsLikelihood ? 1.0 : Math.Abs(cost) / observations;
        return Math.Max(1e-7 * unit, 1e3 * settings.Model.Epsilon * Math.Max(Math.Abs(cost), observations * unit));
    }
}
