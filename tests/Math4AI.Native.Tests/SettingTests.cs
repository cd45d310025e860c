using System.Globalization;
using System.Reflection;
using Math4AI.Kernels.Machines;
using Math4AI.LinearAlgebra.Decompositions;
using Math4AI.Runtime;
using Math4AI.Training;
using Math4AI.Training.Files;
using Math4AI.Training.Learners;
using Math4AI.Training.Optimizers;
using Math4AI.Unsupervised.Clusters;
using Math4AI.Unsupervised.Codes;
using Math4AI.Unsupervised.Factors;
using Math4AI.Unsupervised.Maps;

namespace Math4AI.Tests;

/// <summary>A number that a setting cannot be is refused in the line that has it.</summary>
public sealed class SettingTests
{
    private static readonly string[] Rooms =
        ["Unsupervised", "Kernels", "Training", "Language", "Fitting", "Separation", "Audio", "Probability"];

    // Whose numbers are results, or parts of a file, and those that are checked where they meet the data: a separator
    // is made of its options, and says how many channels there are.
    private static readonly string[] Others =
    [
        "SeparationOptions", "RoomSeparatorOptions", "StreamingRoomOptions", "FastIcaOptions.Sources",
        "MaximumLikelihoodIcaOptions.Sources", "MinimumMutualInformationOptions.Sources", "OdeOptions",
        "OdeModelOptions", "TransformerStyle", "TableOptions", "NumberTableOptions", "RoomSource", "RoomNoise",
        "LiveSeparation", "NutsSampler.TargetAcceptance",
    ];

    // What cannot be made of nothing.
    private static readonly Dictionary<Type, Func<object>> Makers = new()
    {
        [typeof(KMeans)] = () => new KMeans(3),
        [typeof(GaussianMixture)] = () => new GaussianMixture(3),
        [typeof(Dbscan)] = () => new Dbscan(1.0),
        [typeof(Autoencoder)] = () => new Autoencoder(2),
        [typeof(NonnegativeFactorization)] = () => new NonnegativeFactorization(2),
        [typeof(PrincipalComponents)] = () => new PrincipalComponents(2),
        [typeof(CheckpointOptions)] = () => new CheckpointOptions("file"),
        [typeof(ParameterGroup)] = () => new ParameterGroup("*"),
    };

    public static TheoryData<string, string> Numbers
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach ((Type type, PropertyInfo property) in Settings())
            {
                data.Add(type.FullName!, property.Name);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Numbers))]
    public void A_setting_that_no_number_can_be_is_refused_where_it_is_set(string type, string property)
    {
        Type of = typeof(Compute).Assembly.GetType(type)!;
        PropertyInfo setting = of.GetProperty(property)!;
        object settings = Make(of)!;

        // What it is by default can be set, so that the range is no narrower than that.
        setting.SetValue(settings, setting.GetValue(settings));
        foreach (object wrong in WrongFor(setting.PropertyType))
        {
            var thrown = Assert.Throws<TargetInvocationException>(() => setting.SetValue(settings, wrong));
            var refusal = Assert.IsType<ArgumentOutOfRangeException>(thrown.InnerException);
            Assert.Equal(property, refusal.ParamName);
            Assert.StartsWith(
                string.Create(CultureInfo.InvariantCulture, $"{property} must be "), refusal.Message,
                StringComparison.Ordinal);
        }
    }

    [Fact]
    public void All_rooms_have_settings_that_are_walked_through() =>
        Assert.All(Rooms, room => Assert.Contains(
            Settings(), each => each.Type.Namespace!.StartsWith("Math4AI." + room, StringComparison.Ordinal)));

    [Fact]
    public void The_first_number_of_a_method_is_checked_as_its_settings_are()
    {
        Assert.Equal("Clusters", Refusal(() => new KMeans(0)).ParamName);
        Assert.Equal("Clusters", Refusal(() => new KMeans(2) with { Clusters = -1 }).ParamName);
        Assert.Equal("Components", Refusal(() => new GaussianMixture(-3)).ParamName);
        Assert.Equal("Radius", Refusal(() => new Dbscan(-1.0)).ParamName);
        Assert.Equal("Radius", Refusal(() => new Dbscan(double.NaN)).ParamName);
        Assert.Equal("Radius", Refusal(() => new Dbscan(double.PositiveInfinity)).ParamName);
        Assert.Equal("CodeSize", Refusal(() => new Autoencoder(0)).ParamName);
        Assert.Equal("Parts", Refusal(() => new NonnegativeFactorization(0)).ParamName);
        Assert.Equal("Components", Refusal(() => new PrincipalComponents(0)).ParamName);
    }

    [Fact]
    public void A_refusal_names_the_setting_its_range_and_what_was_given()
    {
        Assert.StartsWith("Clusters must be 1 or more, and is 0.", Refusal(() => new KMeans(0)).Message,
            StringComparison.Ordinal);
        Assert.StartsWith("Spread must be above 0, and is -0.5.", Refusal(() => new Umap { Spread = -0.5 }).Message,
            StringComparison.Ordinal);
        Assert.StartsWith(
            "ColumnShare must be above 0 and at most 1, and is 1.5.",
            Refusal(() => new TreesLearner { ColumnShare = 1.5 }).Message, StringComparison.Ordinal);
        Assert.StartsWith(
            "Momentum must be from 0 to less than 1, and is 1.", Refusal(() => new Sgd { Momentum = 1.0 }).Message,
            StringComparison.Ordinal);
        Assert.StartsWith(
            "MaxGradientNorm must be above 0, or infinite for no limit, and is NaN.",
            Refusal(() => new TrainerOptions { MaxGradientNorm = double.NaN }).Message, StringComparison.Ordinal);
        Assert.StartsWith(
            "Hidden must be 1 or more, and is 0.", Refusal(() => new NetworkLearner { Hidden = [8, 0] }).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void The_ends_of_the_ranges_can_be_set()
    {
        _ = new SupportVectorRegressor { Width = 0.0 };
        _ = new TrainerOptions { MaxGradientNorm = double.PositiveInfinity, WeightDecay = 0.0, Steps = null };
        _ = new KMeans(1) { Tolerance = 0.0, BatchSize = null };
        _ = new TreesLearner { ColumnShare = 1.0, Penalty = 0.0 };
        _ = new NetworkLearner { Hidden = [] };
    }

    private static ArgumentOutOfRangeException Refusal(Func<object> make) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => { _ = make(); });

    private static IEnumerable<(Type Type, PropertyInfo Property)> Settings() =>
        from type in typeof(Compute).Assembly.GetExportedTypes()
        where type is { IsClass: true, IsAbstract: false } && !Others.Contains(type.Name) && Make(type) is not null
        from property in type.GetProperties(BindingFlags.Instance | BindingFlags.Public)
        where property.SetMethod is { IsPublic: true } set
            && set.ReturnParameter.GetRequiredCustomModifiers().Length > 0
            && WrongFor(property.PropertyType).Length > 0
            && property.Name != "Seed" && !Others.Contains($"{type.Name}.{property.Name}")
        select (type, property);

    /// <summary>The settings with their defaults; null for a type that needs more to be made.</summary>
    private static object? Make(Type type) =>
        Makers.TryGetValue(type, out Func<object>? make) ? make()
        : type.GetConstructor(Type.EmptyTypes) is not null
            && type.GetProperties().All(each => each.GetCustomAttribute<
                System.Runtime.CompilerServices.RequiredMemberAttribute>() is null)
            && type.GetMethod("<Clone>$") is not null ? Activator.CreateInstance(type) : null;

    private static object[] WrongFor(Type type) => (Nullable.GetUnderlyingType(type) ?? type) switch
    {
        var number when number == typeof(int) => [int.MinValue, -1],
        var number when number == typeof(long) => [long.MinValue, -1L],
        var number when number == typeof(double) => [double.NaN, -1e300, double.NegativeInfinity],
        _ => [],
    };
}
