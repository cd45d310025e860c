using System.Reflection;
using Math4AI.Data.Models;
using Math4AI.Features;
using Math4AI.Fitting;
using Math4AI.Kernels;
using Math4AI.Kernels.GaussianProcesses;
using Math4AI.Kernels.Machines;
using Math4AI.LinearAlgebra.Decompositions;
using Math4AI.Unsupervised.Clusters;
using Math4AI.Unsupervised.Factors;
using Math4AI.Unsupervised.Hierarchies;
using Math4AI.Unsupervised.Outliers;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Data;

/// <summary>A folder holds a model of one kind, and is read as no other.</summary>
public sealed class ModelKindTests : TemporaryFolder
{
    private const int Rows = 40;

    private static readonly Matrix<double> X = Matrix<double>.Build.Dense(
        Rows, 2, (i, j) => (i % 4 > 1 ? 5.0 : 1.0) + Math.Sin(3.0 * i + 2.0 * j) * (1.0 + 0.01 * i));

    private static readonly Vector<double> Y = Vector<double>.Build.Dense(Rows, i => Math.Sin(X[i, 0]) + X[i, 1]);

    private static readonly int[] Classes = [.. Enumerable.Range(0, Rows).Select(i => i % 4 > 1 ? 1 : 0)];

    /// <summary>Writes a model of each kind that is made in no time, each to a folder of its own.</summary>
    private string[] Saved()
    {
        Action<string>[] saves =
        [
            folder => new KernelRidge { Kernel = Kernel.Rbf(1.0) }.Fit(X, Y.ToColumnMatrix()).Save(folder),
            folder => new FeatureRidge { Features = FeatureMap.Names.Parse("identity") }.Fit(X, Y).Save(folder),
            folder => new SupportVectorClassifier().Fit(X, Classes).Save(folder),
            folder => new SupportVectorRegressor().Fit(X, Y).Save(folder),
            folder => new GaussianProcess { Kernel = Kernel.Rbf(1.0), Optimize = false }.Fit(X, Y).Save(folder),
            folder => new GaussianProcessClassifier { Kernel = Kernel.Rbf(1.0), Optimize = false }.Fit(X, Classes)
                .Save(folder),
            folder => new KMeans(2).Fit(X).Save(folder),
            folder => new GaussianMixture(2).Fit(X).Save(folder),
            folder => new Dbscan(1.5).Fit(X).Save(folder),
            folder => new Hdbscan().Fit(X).Save(folder),
            folder => new NonnegativeFactorization(1).Fit(X - X.Enumerate().Min()).Save(folder),
            folder => new IsolationForest { Trees = 5 }.Fit(X).Save(folder),
            folder => new LocalOutlierFactor().Fit(X).Save(folder),
            folder => new MinimumCovarianceDeterminant { Starts = 10 }.Fit(X).Save(folder),
            folder => new PrincipalComponents(1).Fit(X).Save(folder),
        ];
        string[] folders = [.. saves.Select((_, i) => In($"model{i}"))];
        for (int i = 0; i < saves.Length; i++)
        {
            saves[i](folders[i]);
        }

        return folders;
    }

    [Fact]
    public void A_model_of_another_kind_is_refused_by_whatever_reads_it()
    {
        (Type Type, Func<string, object> Load)[] loads =
        [
            .. typeof(SavedFit).Assembly.GetTypes().Where(type => !type.ContainsGenericParameters)
                .Select(type => (type, method: type.GetMethod(
                    "Load", BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly, [typeof(string)])))
                .Where(each => each.method?.ReturnType == each.type)
                .Select(each => (each.type, each.method!.CreateDelegate<Func<string, object>>())),
        ];
        Assert.True(loads.Length > 30);
        List<string> read = [];
        foreach (string folder in Saved())
        {
            object own = ModelFolder.Open(folder);
            foreach ((Type type, Func<string, object> load) in loads.Where(each => each.Type != own.GetType()))
            {
                Exception? refusal = Record.Exception(() => load(folder));
                // What is read from a file, such as word vectors, is refused a folder.
                if (refusal is not (IOException or InvalidDataException or UnauthorizedAccessException))
                {
                    read.Add($"{type.Name} reads a {own.GetType().Name}: {refusal?.Message ?? "in silence"}");
                }
            }
        }

        Assert.Empty(read);
    }

    [Fact]
    public void The_refusal_says_what_kind_is_there()
    {
        new KMeans(2).Fit(X).Save(In("means"));
        string said = Assert.Throws<InvalidDataException>(() => KernelRidgeFit.Load(In("means"))).Message;
        Assert.Contains($"of the kind '{ModelFolder.KindOf(In("means"))}'", said, StringComparison.Ordinal);
    }
}
