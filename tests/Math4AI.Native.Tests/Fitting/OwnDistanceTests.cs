using Math4AI.Fitting;
using Math4AI.Fitting.Distances;
using Math4AI.Fitting.Models;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;

namespace Math4AI.Tests.Fitting;

/// <summary>
/// Distances, priors and models of a user, by public members alone, are as good as those of the library.
/// </summary>
public sealed class OwnDistanceTests
{
    [Fact]
    public void A_distance_with_a_corner_has_the_standard_errors_of_the_library_s()
    {
        FitResult ours = Line(Distance.Absolute).Fit(Start), own = Line(new Corner(true)).Fit(Start);
        Assert.True(own.IsConverged);
        Assert.True(ours["b"].StandardError is > 0.005 and < 0.1, $"{ours["b"]}");
        Assert.Equal(ours["b"].Value, own["b"].Value, 1e-6 * ours["b"].StandardError);
        Assert.Equal(ours["b"].StandardError, own["b"].StandardError, 1e-6 * ours["b"].StandardError);
        Assert.Equal(ours.Leverage.Sum(), own.Leverage.Sum(), 1e-10);
        Assert.True((ours.SandwichCovariance - own.SandwichCovariance).Enumerate().Max(Math.Abs) < 1e-8);
    }

    [Fact]
    public void A_corner_that_a_distance_does_not_tell_of_is_refused_and_no_number_is_made_up()
    {
        FitResult fit = Line(new Corner(false)).Fit(Start);
        NotSupportedException refused = Assert.Throws<NotSupportedException>(() => fit.StandardErrors);
        Assert.Contains(nameof(Distance.HasCorner), refused.Message, StringComparison.Ordinal);
        Assert.Contains("b = ", fit.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_straight_distance_converges_though_it_says_that_it_has_no_curvature()
    {
        FitResult ours = Line(Distance.Absolute).Fit(Start), own = Line(new WithoutCurvature()).Fit(Start);
        Assert.True(own.IsConverged, $"{own}");
        Assert.True((own.Parameters - ours.Parameters).AbsoluteMaximum() < 1e-6);
        Assert.Equal(ours.StandardErrors[0], own.StandardErrors[0], 1e-3 * ours.StandardErrors[0]);
    }

    [Fact]
    public void Least_squares_of_a_user_are_those_of_the_library()
    {
        FitResult ours = Line(Distance.Squared).Fit(Start), own = Line(new Squares(1.0)).Fit(Start);
        Assert.Equal(ours.Parameters, own.Parameters);
        Assert.Equal(ours.StandardErrors, own.StandardErrors);
        Assert.Equal(ours.Intervals()[1], own.Intervals()[1]);
        Assert.Equal(ours.ProfileInterval("b"), own.ProfileInterval("b"));
        Assert.Equal(ours.Bootstrap(20).Estimates, own.Bootstrap(20).Estimates);
        FitResult linear = (Line(new Squares(1.0)) with { Linear = ["a", "b"] }).Fit(new Dictionary<string, double>());
        Assert.True((linear.Parameters - ours.Parameters).AbsoluteMaximum() < 1e-8);

        // What says that it is (f − y)² and is not would have wrong errors.
        Assert.Throws<ArgumentException>(() => Line(new Squares(3.0)).Fit(Start));
    }

    [Fact]
    public void A_likelihood_of_a_user_has_profile_and_information_criteria()
    {
        FitResult ours = Line(Distance.Gaussian).Fit(Start), own = Line(new Normals()).Fit(Start);
        Assert.Equal(ours.Scale, own.Scale, 1e-8);
        Assert.Equal(ours.Aic, own.Aic, 1e-8);
        Assert.Equal(ours["a"].StandardError, own["a"].StandardError, 1e-8);
        Assert.Equal(ours.ProfileInterval("a").Upper, own["a"].ProfileInterval().Upper, 1e-8);
    }

    [Fact]
    public void A_likelihood_with_corner_and_scale_is_as_good_as_Laplace_s_where_it_can_round_its_corner()
    {
        FitResult ours = Line(Distance.Laplace).Fit(Start), own = Line(new Double(0.0)).Fit(Start);
        Assert.Equal(ours["b"].Value, own["b"].Value, 1e-6 * ours["b"].StandardError);
        Assert.Equal(ours["b"].StandardError, own["b"].StandardError, 1e-6 * ours["b"].StandardError);
        Assert.Equal(ours.Scale, own.Scale, 1e-8);
        Assert.Contains(nameof(Distance.Rounded), Assert.Throws<NotSupportedException>(
            () => new Double(0.0, rounds: false).Rounded(1.0)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_smooth_distance_of_a_user_needs_no_more_than_its_derivatives()
    {
        FitResult ours = Line(Distance.PseudoHuber(0.2)).Fit(Start), own = Line(new Soft(0.2)).Fit(Start);
        Assert.Equal(ours["b"].Value, own["b"].Value, 1e-9);
        Assert.Equal(ours["b"].StandardError, own["b"].StandardError, 1e-9);
    }

    [Fact]
    public void A_distance_is_known_by_the_name_that_it_is_added_by()
    {
        DistanceNames.Add("soft-test", number => new Soft(number ?? 1.0));
        Assert.Equal("soft:0.25", Distance.Parse("soft-test:0.25").Name);
        Assert.Contains("soft-test", DistanceNames.All.Keys);
        Assert.Throws<ArgumentException>(() => DistanceNames.Add("soft-test", _ => new Soft(1.0)));
        Assert.Throws<ArgumentException>(() => DistanceNames.Add("a:b", _ => new Soft(1.0)));
    }

    [Fact]
    public void A_prior_of_a_user_is_as_good_as_the_library_s()
    {
        FitResult With(Prior prior) => (Line(Distance.Gaussian) with
        {
            Priors = new Dictionary<string, Prior> { ["b"] = prior },
        }).Fit(Start);
        FitResult ours = With(Prior.Normal(1.5, 0.02)), own = With(new Bell(1.5, 0.02));
        Assert.Equal(ours["b"].Value, own["b"].Value, 1e-8);
        Assert.Equal(ours["b"].StandardError, own["b"].StandardError, 1e-8);
        Assert.NotEqual(Line(Distance.Gaussian).Fit(Start)["b"].Value, own["b"].Value, 1e-3);
    }

    [Fact]
    public void A_model_of_a_user_is_as_good_as_a_formula()
    {
        FitResult ours = Line(Distance.Squared).Fit(Start), own = (Line(Distance.Squared) with
        {
            Model = new Straight(),
        }).Fit(Start);
        Assert.True((ours.Parameters - own.Parameters).AbsoluteMaximum() < 1e-12);
        Assert.True((ours.StandardErrors - own.StandardErrors).AbsoluteMaximum() < 1e-12);
        Assert.Equal(ours.Bootstrap(20).StandardErrors[0], own.Bootstrap(20).StandardErrors[0], 1e-10);
    }

    private static readonly Dictionary<string, double> Start = new() { ["a"] = 0.0, ["b"] = 0.0 };

    private static FitProblem Line(Distance distance)
    {
        var random = new MersenneTwister(5, threadSafe: false);
        Matrix<double> x = Matrix<double>.Build.Dense(100, 1, (i, _) => 0.05 * i);
        Vector<double> y = Vector<double>.Build.Dense(100, i => 1.0 + 2.0 * x[i, 0] + Normal.Sample(random, 0.0, 0.2));
        return new FitProblem
        {
            Model = Model.FromFormula("a + b*x", "x"),
            Distance = distance,
            Inputs = x,
            Targets = y,
        };
    }

    /// <summary>|f − y|.</summary>
    private sealed class Corner(bool tells) : Distance
    {
        public override string Name => "own corner";

        public override bool HasCorner => tells;

        public override Expansion Expand(double predicted, double observed, double logScale)
        {
            double residual = predicted - observed, size = Math.Abs(residual);
            return new Expansion(size, Math.Sign(residual), 1.0 / Math.Max(size, 1e-100));
        }
    }

    /// <summary>|f − y| with its second derivative, which is 0.</summary>
    private sealed class WithoutCurvature : Distance
    {
        public override string Name => "own straight";

        public override bool HasCorner => true;

        public override Expansion Expand(double predicted, double observed, double logScale) =>
            new(Math.Abs(predicted - observed), Math.Sign(predicted - observed), 0.0);
    }

    /// <summary>|f − y|/s + log 2s.</summary>
    private sealed class Double(double width, bool rounds = true) : Distance
    {
        public override string Name => "own Laplace";

        public override NoiseModel Noise => NoiseModel.Likelihood;

        public override bool HasScale => true;

        public override bool HasCorner => width == 0.0;

        public override Distance Rounded(double within) => rounds ? new Double(within) : base.Rounded(within);

        public override Expansion Expand(double predicted, double observed, double logScale)
        {
            double precision = Math.Exp(-logScale), residual = predicted - observed, size = Math.Abs(residual);
            bool isInside = size < width;
            double rounded = isInside ? 0.5 * (residual * residual / width + width) : size;
            double slope = isInside ? residual / width : Math.Sign(residual);
            return new Expansion(
                rounded * precision + logScale + Math.Log(2.0), slope * precision,
                precision / Math.Max(Math.Max(size, width), 1e-100))
            {
                ScaleSlope = 1.0 - rounded * precision,
                ScaleCurvature = 1.0,
            };
        }
    }

    private sealed class Squares(double factor) : Distance
    {
        public override string Name => "own squares";

        public override NoiseModel Noise => NoiseModel.LeastSquares;

        public override Expansion Expand(double predicted, double observed, double logScale)
        {
            double residual = predicted - observed;
            return new Expansion(factor * residual * residual, factor * 2.0 * residual, factor * 2.0);
        }
    }

    private sealed class Normals : Distance
    {
        public override string Name => "own normal";

        public override NoiseModel Noise => NoiseModel.Likelihood;

        public override bool HasScale => true;

        public override Expansion Expand(double predicted, double observed, double logScale)
        {
            double precision = Math.Exp(-logScale), z = (predicted - observed) * precision;
            return new Expansion(
                0.5 * z * z + logScale + 0.5 * Math.Log(2.0 * Math.PI), z * precision, precision * precision)
            {
                ScaleSlope = 1.0 - z * z,
                ScaleCurvature = 2.0,
            };
        }
    }

    private sealed class Soft(double threshold) : Distance
    {
        public override string Name => $"soft:{threshold}";

        public override Expansion Expand(double predicted, double observed, double logScale)
        {
            double residual =
                predicted - observed, root = Math.Sqrt(1.0 + residual / threshold * (residual / threshold));
            return new Expansion(threshold * threshold * (root - 1.0), residual / root, 1.0 / root);
        }
    }

    private sealed class Bell(double mean, double deviation) : Prior
    {
        public override Expansion Expand(double parameter)
        {
            double z = (parameter - mean) / deviation;
            return new Expansion(0.5 * z * z, z / deviation, 1.0 / (deviation * deviation));
        }
    }

    private sealed class Straight : Model
    {
        public override IReadOnlyList<string> ParameterNames => ["a", "b"];

        public override IReadOnlyList<string> InputNames => ["x"];

        public override void Evaluate(
            Matrix<double> inputs, ReadOnlySpan<double> parameters, Span<double> values, Span<double> jacobian)
        {
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = parameters[0] + parameters[1] * inputs[i, 0];
                if (!jacobian.IsEmpty)
                {
                    jacobian[i] = 1.0;
                    jacobian[values.Length + i] = inputs[i, 0];
                }
            }
        }
    }
}
