using Math4AI.Audio;
using Math4AI.Data.Models;
using Math4AI.Fitting;
using Math4AI.Fitting.Distances;
using Math4AI.Fitting.Formulas;
using Math4AI.Fitting.Models;
using Math4AI.LinearAlgebra.Decompositions;
using Math4AI.Unsupervised.Clusters;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests;

/// <summary>What is made prints as people expect: one line that says what it is, never the name of its class.</summary>
public class PrintTests : TemporaryFolder
{
    private static readonly string[] Made =
        ["Fit", "Result", "Posterior", "Draws", "Model", "Predictor", "Unmixing", "Recording", "Table", "Problem"];

    [Fact]
    public void Everything_that_is_fitted_or_trained_has_a_text_of_its_own() =>
        Assert.Empty(typeof(Model).Assembly.GetExportedTypes()
            .Where(type => type is { IsClass: true, IsAbstract: false, IsGenericType: false }
                && (Made.Any(end => type.Name.EndsWith(end, StringComparison.Ordinal))
                    || type.GetInterfaces().Any(of => of == typeof(IFilePredictor) || of == typeof(IRowPredictor))))
            .Where(type => type.GetMethod("ToString", Type.EmptyTypes)!.DeclaringType == typeof(object))
            .Select(type => type.FullName));

    [Fact]
    public void Texts_say_what_a_thing_is()
    {
        Assert.Equal("a*exp(-b*x)", Model.FromFormula("a*exp(-b*x)", "x").ToString());
        Assert.Equal("huber:1.5", Distance.Parse("huber:1.5").ToString());
        Assert.Equal("y ~ a*x", Formula.Parse("y ~ a*x").ToString());
        Assert.Equal(
            "1 channel, 0.5 s at 8000 Hz", new Recording([new float[4000]], 8000).ToString());
        Matrix<double> x = Matrix<double>.Build.Dense(40, 2, (i, j) => (i < 20 ? 0.0 : 9.0) + ((i * 7 + j) % 5) * 0.1);
        Assert.StartsWith("k-means: 2 clusters of 40 samples, inertia ", new KMeans(2).Fit(x).ToString());
        Assert.StartsWith("1 component of 2 channels, ", new PrincipalComponents(1).Fit(x).ToString());
    }

    [Fact]
    public void A_saved_fit_gives_its_parameters_by_name()
    {
        var problem = new FitProblem
        {
            Model = Model.FromFormula("a + b*x", "x"),
            Inputs = Matrix<double>.Build.Dense(8, 1, (i, _) => i),
            Targets = Vector<double>.Build.Dense(8, i => 1.0 + 2.0 * i),
        };
        SavedFit.Of(problem.Fit()).Save(Folder);
        var saved = SavedFit.Load(Folder);
        Assert.Equal(2.0, saved["b"], 1e-12);
        Assert.Equal("a + b*x: a = 1, b = 2", saved.ToString());
        Assert.Contains("there are a, b", Assert.Throws<ArgumentException>(() => saved["c"]).Message);
    }
}
