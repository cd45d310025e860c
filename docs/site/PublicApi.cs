using System.Reflection.PortableExecutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Math4AI.Site;

/// <summary>The public types of the library's assemblies, read from their metadata; nothing of them runs.</summary>
internal sealed class PublicApi
{
    private static readonly SymbolDisplayFormat Format = new(
        typeQualificationStyle: SymbolDisplayTypeQualificationStyle.NameOnly,
        genericsOptions: SymbolDisplayGenericsOptions.IncludeTypeParameters
            | SymbolDisplayGenericsOptions.IncludeTypeConstraints | SymbolDisplayGenericsOptions.IncludeVariance,
        memberOptions: SymbolDisplayMemberOptions.IncludeParameters | SymbolDisplayMemberOptions.IncludeType
            | SymbolDisplayMemberOptions.IncludeModifiers | SymbolDisplayMemberOptions.IncludeConstantValue
            | SymbolDisplayMemberOptions.IncludeRef,
        delegateStyle: SymbolDisplayDelegateStyle.NameAndSignature,
        parameterOptions: SymbolDisplayParameterOptions.IncludeName | SymbolDisplayParameterOptions.IncludeType
            | SymbolDisplayParameterOptions.IncludeDefaultValue | SymbolDisplayParameterOptions.IncludeParamsRefOut
            | SymbolDisplayParameterOptions.IncludeExtensionThis,
        propertyStyle: SymbolDisplayPropertyStyle.ShowReadWriteDescriptor,
        kindOptions: SymbolDisplayKindOptions.IncludeTypeKeyword | SymbolDisplayKindOptions.IncludeMemberKeyword,
        miscellaneousOptions: SymbolDisplayMiscellaneousOptions.UseSpecialTypes
            | SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier);

    /// <param name="folder">The folder of the assemblies and of all that they need.</param>
    /// <param name="names">The assemblies whose types are documented.</param>
    public PublicApi(string folder, IReadOnlyList<string> names)
    {
        (CSharpCompilation compilation, MetadataReference[] references) = Open(folder, names);
        Types = [.. references.Take(names.Count)
            .Select(reference => (IAssemblySymbol)compilation.GetAssemblyOrModuleSymbol(reference)!)
            .SelectMany(assembly => In(assembly.GlobalNamespace))];
    }

    public IReadOnlyList<INamedTypeSymbol> Types { get; }

    /// <summary>Opens assemblies, the named ones first, with all that they need.</summary>
    public static (CSharpCompilation Compilation, MetadataReference[] References) Open(
        string folder, IReadOnlyList<string> names)
    {
        string system = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        string[] documented = [.. names.Select(name => Path.Combine(folder, name + ".dll"))];
        MetadataReference[] references = [.. documented.Select(path => MetadataReference.CreateFromFile(path)),
            .. Directory.GetFiles(folder, "*.dll").Except(documented).Concat(Directory.GetFiles(system, "*.dll"))
                .Where(HasMetadata).DistinctBy(Path.GetFileName)
                .Select(path => MetadataReference.CreateFromFile(path))];
        return (CSharpCompilation.Create("Site", references: references), references);
    }

    /// <summary>What can be called from outside, without what the compiler adds to records.</summary>
    public static IEnumerable<ISymbol> MembersOf(INamedTypeSymbol type) =>
        type.TypeKind == TypeKind.Delegate ? [] : type.GetMembers().Where(IsShown).OrderBy(Order);

    public static string GroupOf(ISymbol member) => Groups[Order(member)];

    public static string Declaration(ISymbol symbol)
    {
        string modifiers = symbol is INamedTypeSymbol { TypeKind: TypeKind.Class } type
            ? type.IsStatic ? "static " : type.IsAbstract ? "abstract " : type.IsSealed ? "sealed " : string.Empty
            : string.Empty;
        string text = modifiers + symbol.ToDisplayString(Format);
        return symbol is INamedTypeSymbol { BaseType: { SpecialType: SpecialType.None } parent } derived
            && derived.TypeKind == TypeKind.Class
                ? $"{text} : {parent.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat)}"
                : text;
    }

    private static readonly string[] Groups =
        ["Constructors", "Fields", "Properties", "Methods", "Operators", "Events"];

    private static int Order(ISymbol member) => member switch
    {
        IMethodSymbol { MethodKind: MethodKind.Constructor } => 0,
        IFieldSymbol => 1,
        IPropertySymbol => 2,
        IMethodSymbol { MethodKind: MethodKind.Ordinary } => 3,
        IMethodSymbol => 4,
        _ => 5,
    };

    private static bool IsShown(ISymbol member) =>
        member.DeclaredAccessibility is Accessibility.Public or Accessibility.Protected
            or Accessibility.ProtectedOrInternal
        && member is IFieldSymbol or IPropertySymbol or IEventSymbol or IMethodSymbol
        {
            MethodKind: MethodKind.Ordinary or MethodKind.Constructor or MethodKind.UserDefinedOperator
                or MethodKind.Conversion,
        }
        && (member.CanBeReferencedByName || member is IMethodSymbol or IPropertySymbol { IsIndexer: true })
        && member.GetAttributes().All(mark => mark.AttributeClass?.Name != "CompilerGeneratedAttribute");

    private static IEnumerable<INamedTypeSymbol> In(INamespaceOrTypeSymbol place) =>
        place.GetMembers().OfType<INamespaceOrTypeSymbol>().SelectMany(inner => inner is INamedTypeSymbol type
            ? type.DeclaredAccessibility is Accessibility.Public && !type.Name.StartsWith('<')
                ? In(type).Prepend(type)
                : []
            : In(inner));

    private static bool HasMetadata(string path)
    {
        using var reader = new PEReader(File.OpenRead(path));
        try
        {
            return reader.HasMetadata;
        }
        catch (BadImageFormatException)
        {
            return false;
        }
    }
}
